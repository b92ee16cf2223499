/**
 * The agents of a command: the roles that are ready to use, `--agents`, a folder with definitions,
 * which come first, and the model that they use.
 */
import { resolve } from "node:path";
import { Option } from "commander";
import type { AnyAgent } from "../agents/definition/definition.ts";
import { readAgents } from "../agents/definition/read-agents.ts";
import type { PlanOptions } from "../agents/plan-sources.ts";
import { standardAgents } from "../agents/roles/standard.ts";
import { STANDARD_AGENTS } from "../agents/roles/standard-agents.ts";
import { entryOf } from "../events/entry.ts";
import { agentsNamed } from "../events/plan/agent-faults.ts";
import type { Plan } from "../events/plan/plan.ts";
import { chosenModel, modelsOf } from "./models.ts";
import type { Shell } from "./shell.ts";
import { tameLine } from "./terminal.ts";

/** For commands that run plans. */
export function agentsOption(): Option {
  return new Option("--agents <folder>", "a folder with Markdown files that describe agents");
}

export interface AgentChoice {
  readonly agents?: string | undefined;
  readonly model?: string | undefined;
}

export interface CommandAgents {
  /** For plans. */
  readonly names: readonly string[];
  /**
   * @param plan the agents that it names have to have a model. Without one, those of the folder have
   * to, and a role that thinks is there only if it has one: what is open in a log may wait for it.
   */
  host(plan?: Plan): Promise<Pick<PlanOptions, "agents" | "model">>;
}

/** @throws {@link TroupeError} `AGENTS_NOT_FOUND`, `AGENT_INVALID`. */
export async function agentsOf(shell: Shell, choice: AgentChoice): Promise<CommandAgents> {
  const { terminal, folder } = shell;
  const agents =
    choice.agents === undefined
      ? {}
      : await readAgents(resolve(folder, choice.agents), {
          warn: (message) => terminal.err(tameLine(message)),
        });
  const chosen = chosenModel(shell, choice.model);
  const open = modelsOf(shell, chosen);
  return {
    names: [...new Set([...Object.keys(STANDARD_AGENTS), ...Object.keys(agents)])],
    async host(plan) {
      const all: Readonly<Record<string, AnyAgent>> = { ...standardAgents(), ...agents };
      const named = plan === undefined ? Object.keys(agents) : [...agentsNamed(plan)];
      const asked = named.flatMap((name) => entryOf(all, name) ?? []);
      // what is wrong with a model is said before anything starts
      for (const spec of specsOf(asked)) await open(spec);
      const waits = (name: string, { way }: AnyAgent): boolean =>
        plan === undefined &&
        chosen === undefined &&
        way.type === "model" &&
        !Object.hasOwn(agents, name);
      const here = Object.entries(all).filter(([name, agent]) => !waits(name, agent));
      return {
        agents: Object.fromEntries(here),
        model: (spec) => open(isShort(spec) ? undefined : spec),
      };
    },
  };
}

/** The models of these agents; undefined: that of the command. */
function specsOf(agents: readonly AnyAgent[]): ReadonlySet<string | undefined> {
  const models = agents.flatMap(({ way }) => (way.type === "model" ? [way.model] : []));
  return new Set(models.map((model) => (isShort(model) ? undefined : model)));
}

/** Names such as `sonnet`, which only other tools know: the command's model takes their place. */
function isShort(spec: string | undefined): boolean {
  return spec === undefined || !spec.includes(":");
}
