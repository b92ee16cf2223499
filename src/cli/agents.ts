/** The agents of a command: `--agents`, a folder with their definitions, and the model that they use. */
import { resolve } from "node:path";
import { Option } from "commander";
import type { AnyAgent } from "../agents/definition/definition.ts";
import { readAgents } from "../agents/definition/read-agents.ts";
import type { PlanOptions } from "../agents/plan-sources.ts";
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
  /** @param text only agents that it names have to have a model. Default: all. */
  host(text?: string): Promise<Pick<PlanOptions, "agents" | "model">>;
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
  const open = modelsOf(shell, chosenModel(shell, choice.model));
  return {
    names: Object.keys(agents),
    async host(text) {
      const asked = Object.values(agents).filter(
        (agent) => text === undefined || text.includes(JSON.stringify(agent.name)),
      );
      // what is wrong with a model is said before anything starts
      for (const spec of specsOf(asked)) await open(spec);
      return { agents, model: (spec) => open(isShort(spec) ? undefined : spec) };
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
