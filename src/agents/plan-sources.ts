/**
 * What the machines of plans invoke, with real commands, real agents and real files. Under
 * these names the machines look for them.
 */
import { definitionsIn, functionsIn } from "./agent.ts";
import { adviseActor } from "./advise-actor.ts";
import { agentActor, BUILT_IN_AGENTS } from "./agent-actor.ts";
import { checksActor } from "./checks-actor.ts";
import { commandActor } from "./command-actor.ts";
import type { RunOptions } from "./command.ts";
import { keepActor } from "./keep-actor.ts";
import { reportActor } from "./report-actor.ts";
import type { SandboxSettings } from "./sandboxed-checks.ts";
import type { AgentOptions } from "./working/registry.ts";

/** The agents of a host, and how commands are run. Its agents come before the built-in ones (`merge`). */
export interface PlanOptions extends Omit<RunOptions, "signal">, Omit<AgentOptions, keyof RunOptions> {
  /** How tasks with `sandbox: true` are tested. Default: by bubblewrap, with its default limits. */
  readonly sandbox?: SandboxSettings | undefined;
}

/** Of tasks. */
export function taskSources({ agents = {}, ...options }: PlanOptions) {
  return {
    command: commandActor(options),
    agent: agentActor(functionsIn(agents), options),
    advise: adviseActor(),
    checks: checksActor(options),
  };
}

/** Of workflows. */
export function workflowSources() {
  return { report: reportActor(), keep: keepActor() };
}

/** The agents that plans may name beside their own. */
export function agentNames({ agents }: PlanOptions): readonly string[] {
  return Object.keys({ ...BUILT_IN_AGENTS, ...agents });
}

/** Those of them that are actors of their own. */
export function actorNames({ agents = {} }: PlanOptions): readonly string[] {
  return Object.keys(definitionsIn(agents));
}
