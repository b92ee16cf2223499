/**
 * What the machines of plans invoke, with real commands, real agents and real files. Under
 * these names the machines look for them.
 */
import type { Agents } from "./agent.ts";
import { agentActor, BUILT_IN_AGENTS } from "./agent-actor.ts";
import { checksActor } from "./checks-actor.ts";
import { commandActor } from "./command-actor.ts";
import type { RunOptions } from "./command.ts";
import { keepActor } from "./keep-actor.ts";
import { reportActor } from "./report-actor.ts";

export interface PlanOptions extends Omit<RunOptions, "signal"> {
  /** Functions that plans may name as agents. They come before the built-in ones (`merge`). */
  readonly agents?: Agents;
}

/** Of tasks. */
export function taskSources({ agents, ...options }: PlanOptions) {
  return {
    command: commandActor(options),
    agent: agentActor(agents, options),
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
