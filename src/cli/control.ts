/**
 * Commands to runs: what cannot be done now is refused with what can be, in words of the
 * command line.
 */
import type { Actors } from "../actors/face.ts";
import type { planKinds } from "../agents/plan-kinds.ts";
import { TroupeError } from "../errors.ts";
import type { WorkflowCommand } from "../events/commands.ts";
import type { EventLog } from "../events/log/log.ts";
import { openGates, stateLabel } from "../projections/runs-view.ts";
import { knownRun } from "./known-runs.ts";
import { noSuchRun } from "./shell.ts";

/** Hosts and clients of plans. */
export type Face = Pick<Actors<ReturnType<typeof planKinds>>, "start" | "actor">;

/**
 * Sends a command to a run.
 *
 * @returns the seq of the record that holds it.
 * @throws {@link TroupeError} `RUN_NOT_FOUND`; `EVENT_REFUSED` naming what the run would take now.
 */
export async function command(
  face: Face,
  run: string,
  event: WorkflowCommand,
  log: EventLog,
): Promise<number> {
  const actor = face.actor(`workflow/${run}`);
  try {
    return (await actor.send(event)).seq;
  } catch (error) {
    if (TroupeError.is(error, "ACTOR_NOT_FOUND")) throw noSuchRun(run, log);
    if (!TroupeError.is(error, "EVENT_REFUSED")) throw error;
    const { status, value } = await actor.snapshot();
    const state = stateLabel(status, value);
    if (status !== "active") throw isOver(run, state);
    const gates = openGates(await knownRun({ err() {} }, log, run));
    throw refused({ run, event, state, asked: gates.length > 0 }, error);
  }
}

/** How the command line names the commands of a run. */
const WORDS: Readonly<Record<WorkflowCommand["type"], string>> = {
  PAUSE: "pause",
  RESUME: "resume",
  CANCEL: "cancel",
  APPROVE: "approvals approve",
  DENY: "approvals deny",
  RESTART: "restart --from TASK",
  CHECKPOINT: "checkpoint --name NAME",
};

interface Refused {
  readonly run: string;
  readonly event: WorkflowCommand;
  readonly state: string;
  /** Whether a gate waits for an answer. */
  readonly asked: boolean;
}

/** What a state takes at all stands in `accepts`, also where it takes it with other values only. */
function refused({ run, event, state, asked }: Refused, cause: TroupeError): TroupeError {
  const accepts: unknown = cause.data["accepts"];
  const can = Object.entries(WORDS).flatMap(([type, words]) => {
    const taken = Array.isArray(accepts) && accepts.includes(type) && type !== event.type;
    return taken && (asked || !words.startsWith("approvals")) ? [words] : [];
  });
  const what = WORDS[event.type];
  const message = `the run "${run}" is ${state}: it takes no \`${what}\` now`;
  const hint = can.length === 0 ? "Wait until it goes on." : `You can: ${can.join(", ")}.`;
  return new TroupeError("EVENT_REFUSED", message, { hint, data: { run, state, can }, cause });
}

/** The error of a command to what has ended. */
export function isOver(id: string, state: string): TroupeError {
  return new TroupeError("EVENT_REFUSED", `"${id}" is over already: ${state}`, {
    hint: "Look at it with `troupe show`; to do a part of it again, use `troupe restart`.",
    data: { id, state },
  });
}
