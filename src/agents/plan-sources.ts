/**
 * What the machines of plans invoke, with real commands, real agents and real files. Under
 * these names the machines look for them.
 */
import type { Agents } from "./agent.ts";
import { agentActor } from "./agent-actor.ts";
import { checksActor } from "./checks-actor.ts";
import { commandActor } from "./command-actor.ts";
import type { RunOptions } from "./command.ts";
import { keepActor } from "./keep-actor.ts";
import { reportActor, type Reporter } from "./report-actor.ts";

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
export function workflowSources(reporter: Reporter) {
  return { report: reportActor(reporter), keep: keepActor() };
}
