/** The agents of a host, and what they work with. */
import { TroupeError } from "../../errors.ts";
import type { ActivityContext } from "../../actors/activity.ts";
import type { Place } from "../../events/agent/work.ts";
import { entryOf } from "../../events/entry.ts";
import { nearest } from "../../events/nearest.ts";
import { secretsOf } from "../../events/secrets.ts";
import type { HostAgents } from "../agent.ts";
import type { AnyAgent } from "../definition/definition.ts";
import type { Tool, Tools } from "../definition/tool.ts";
import type { Environment } from "../environment.ts";
import type { Price } from "../model/usage.ts";
import { aborted } from "../awaited.ts";
import type { ModelOption } from "./models.ts";

export interface AgentOptions {
  /** Functions and definitions that plans may name as agents. */
  readonly agents?: HostAgents | undefined;
  /** Tools that definitions may name in `uses`. */
  readonly tools?: Tools | undefined;
  /** Of agents that name none. Default: what the environment variable `TROUPE_MODEL` names. */
  readonly model?: ModelOption | undefined;
  /** What a call costs, in whatever currency the budgets speak. */
  readonly price?: Price | undefined;
  readonly env?: Environment;
  readonly secrets?: readonly string[];
  readonly now?: () => number;
}

/** The definition of a name; undefined where this host has none. */
export function definitionOf({ agents = {} }: AgentOptions, name: string): AnyAgent | undefined {
  const agent = entryOf(agents, name);
  return typeof agent === "function" ? undefined : agent;
}

/** The label of the hosts that an agent works on. */
export function hostOf(options: AgentOptions, name: string): string | undefined {
  return definitionOf(options, name)?.host;
}

/**
 * The definition of a name. A host that has none is not the one to say that the work failed: it
 * waits, until the run is taken over by one that has it, or the signal aborts.
 */
export async function definedHere(
  options: AgentOptions,
  name: string,
  { log, signal }: Pick<ActivityContext, "log" | "signal">,
): Promise<AnyAgent> {
  const agent = definitionOf(options, name);
  if (agent !== undefined) return agent;
  const how = "troupe resume takes --agents FOLDER, and --model SPEC for roles that think";
  log(`no agent "${name}" is defined here: its work waits for a host that has it (${how})`);
  return aborted(signal);
}

/** The tools of an agent: its own, and those of the host that it names. */
export function toolsOf({ tools = {} }: AgentOptions, agent: AnyAgent): Tools {
  const used = agent.uses.map((name): readonly [string, Tool] => [name, toolNamed(tools, agent, name)]);
  return { ...Object.fromEntries(used), ...agent.tools };
}

function toolNamed(tools: Tools, agent: AnyAgent, name: string): Tool {
  const tool = entryOf(tools, name);
  if (tool !== undefined) return tool;
  const near = nearest(name, Object.keys(tools));
  throw new TroupeError("AGENT_INVALID", `the agent "${agent.name}" uses an unknown tool "${name}"`, {
    hint: near === undefined ? "Give the host a tool of that name." : `Did you mean "${near}"?`,
    data: { agent: agent.name, tool: name },
  });
}

/** Where work is done; work that no plan has given is done here. */
export function placeOf({ place }: { readonly place?: Place | undefined }): Place {
  return place ?? { folder: process.cwd(), artifacts: process.cwd() };
}

/** What must not be recorded. */
export function hiddenOf({ env = process.env, secrets = [] }: AgentOptions): readonly string[] {
  return [...secrets, ...secretsOf(env)];
}
