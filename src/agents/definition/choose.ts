/**
 * Agents chosen by what they are good at (S4-023, S4-024).
 *
 *     const registry = agentRegistry(await readAgents("examples/agents"));
 *     const { agent, reason } = registry.choose("Audit the login for injection") ?? {};
 */
import { ROLES, bestRole, type Role } from "../roles/specialists.ts";
import type { AnyAgent } from "./definition.ts";

/** Who was chosen, and why. */
export interface AgentChoice {
  readonly agent: AnyAgent;
  /** In words, with the skills that a text names. */
  readonly reason: string;
}

export interface AgentRegistry {
  /** By name, in the order in which equals are preferred. */
  readonly agents: Readonly<Record<string, AnyAgent>>;
  /** The same as roles: for an orchestrator of one's own. */
  readonly roles: readonly Role[];
  /** Whose skills match a text best; among equals the first. Undefined only of an empty registry. */
  choose(text: string): AgentChoice | undefined;
}

export function agentRegistry(agents: Readonly<Record<string, AnyAgent>>): AgentRegistry {
  const byRole = new Map(Object.values(agents).map((agent) => [roleOf(agent), agent] as const));
  const roles = [...byRole.keys()];
  return {
    agents,
    roles,
    choose(text) {
      const chosen = bestRole(text, roles);
      const agent = chosen && byRole.get(chosen.role);
      return agent && { agent, reason: chosen.reason };
    },
  };
}

/** The eight roles, as these agents play them, and those that these agents add. */
export function rolesWith(agents: Readonly<Record<string, AnyAgent>>): readonly Role[] {
  const skilled = Object.values(agents).filter(({ skills }) => skills.length > 0);
  const own = new Map(skilled.map((agent) => [agent.name, roleOf(agent)]));
  const known = ROLES.map((role) => own.get(role.name) ?? role);
  return [...known, ...[...own.values()].filter((role) => !known.includes(role))];
}

/** One that names no skills is known by its description. */
function roleOf({ name, description, skills }: AnyAgent): Role {
  const words = skills.length > 0 ? skills : tellingWords(description);
  return { name, description, skills: words.map((skill) => skill.trim().toLowerCase()) };
}

function tellingWords(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[a-z0-9-]{4,}/g) ?? [];
  return [...new Set(words)].filter((word) => !COMMON.has(word));
}

/** Words that tell nothing of what somebody does. */
const COMMON: ReadonlySet<string> = new Set(
  [
    "about agent agents also always been before code does each expert from have helps into just",
    "like make makes more most must need needs only other over please proactively should some",
    "specialist such task tasks than that their them then there these they this those user users",
    "uses using very want were what when where which while whose will with work works your",
  ].flatMap((line) => line.split(" ")),
);
