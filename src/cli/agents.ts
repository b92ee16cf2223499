/**
 * The agents of a command: the roles that are ready to use, `--agents`, a folder with definitions,
 * which come first, and the model that they use.
 */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { AnyAgent } from "../agents/definition/definition.ts";
import { readAgents } from "../agents/definition/read-agents.ts";
import type { PlanOptions } from "../agents/plan-sources.ts";
import { standardAgents } from "../agents/roles/standard.ts";
import { STANDARD_AGENTS } from "../agents/roles/standard-agents.ts";
import type { Price } from "../agents/model/usage.ts";
import { TroupeError } from "../errors.ts";
import { entryOf } from "../events/entry.ts";
import { agentsNamed } from "../events/plan/agent-faults.ts";
import type { Plan } from "../events/plan/plan.ts";
import { chosenModel, modelOption, modelsOf } from "./models.ts";
import type { Shell } from "./shell.ts";
import { tameLine } from "./terminal.ts";

/** What a command that runs plans is told of its agents. */
export const AgentChoice = z.object({
  agents: z.string().optional(),
  model: z.string().optional(),
  record: z.string().optional(),
  price: z
    .string()
    .transform((text) => priceIn(text))
    .optional(),
  unsandboxed: z.boolean().default(false),
});
export type AgentChoice = z.infer<typeof AgentChoice>;

/** The options that {@link AgentChoice} reads. */
export function withAgents(command: Command): Command {
  return command
    .option("--agents <folder>", "a folder with Markdown files that describe agents")
    .addOption(modelOption())
    .option("--record <file>", "keep what models answer in this file; replay:FILE answers from it")
    .option("--price <in/out>", "what a million tokens of input and of output cost, e.g. 2.5/10")
    .option("--unsandboxed", "run tests without a sandbox, with all of your rights");
}

/** A price for whatever model; money is counted by it, and by budgets. */
function priceIn(text: string): Price {
  const [, input, output] = /^(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (input === undefined || output === undefined)
    throw new TroupeError("USAGE", `"${text}" is no price`, {
      hint: "Write --price as two numbers for a million tokens: INPUT/OUTPUT, such as 2.5/10.",
    });
  const [each, answered] = [Number(input) / 1e6, Number(output) / 1e6];
  return ({ inputTokens, outputTokens }) => inputTokens * each + outputTokens * answered;
}

export interface CommandAgents {
  /** For plans. */
  readonly names: readonly string[];
  /**
   * @param plan the agents that it names have to have a model. Without one, those of the folder have
   * to, and a role that thinks is there only if it has one: what is open in a log may wait for it.
   */
  host(plan?: Plan): Promise<Pick<PlanOptions, "agents" | "model" | "price" | "sandbox">>;
}

/** @throws {@link TroupeError} `AGENTS_NOT_FOUND`, `AGENT_INVALID`. */
export async function agentsOf(shell: Shell, choice: Partial<AgentChoice>): Promise<CommandAgents> {
  const { terminal, folder } = shell;
  const agents =
    choice.agents === undefined
      ? {}
      : await readAgents(resolve(folder, choice.agents), {
          warn: (message) => terminal.err(tameLine(message)),
        });
  const chosen = chosenModel(shell, choice.model);
  const open = modelsOf(shell, chosen, choice.record);
  const sandbox = choice.unsandboxed === true ? { driver: "unsandboxed" as const } : {};
  return {
    names: [...new Set([...Object.keys(STANDARD_AGENTS), ...Object.keys(agents)])],
    async host(plan) {
      const all: Readonly<Record<string, AnyAgent>> = { ...standardAgents({ sandbox }), ...agents };
      const named = plan === undefined ? Object.keys(agents) : [...agentsNamed(plan)];
      const asked = named.flatMap((name) => entryOf(all, name) ?? []);
      // what is wrong with a model is said before anything starts
      for (const spec of specsOf(asked)) await open(spec);
      if (choice.price === undefined && plan !== undefined) checkUnpriced(plan, asked);
      const waits = (name: string, { way }: AnyAgent): boolean =>
        plan === undefined &&
        chosen === undefined &&
        way.type === "model" &&
        !Object.hasOwn(agents, name);
      const here = Object.entries(all).filter(([name, agent]) => !waits(name, agent));
      return {
        agents: Object.fromEntries(here),
        model: (spec) => open(isShort(spec) ? undefined : spec),
        price: choice.price,
        sandbox,
      };
    },
  };
}

/** A budget of money counts nothing where nobody knows prices. */
function checkUnpriced({ budget }: Plan, agents: readonly AnyAgent[]): void {
  const limits = [budget, ...Object.values(budget?.agents ?? {})];
  if (limits.every((one) => one?.money === undefined)) return;
  if (!agents.some(({ way }) => way.type === "model")) return;
  throw new TroupeError("USAGE", "the plan limits money, and nobody knows what a token costs", {
    hint: "Say it with --price INPUT/OUTPUT, for a million tokens each, or limit tokens or calls.",
  });
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
