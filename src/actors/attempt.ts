/**
 * One attempt of a promise, callback or observable, wherever it runs: with its actor, or on a host
 * that was asked to do it (away/worker.ts). What it does is told to whoever hears.
 */
import type { AnyActorLogic, EventObject } from "xstate";
import { TroupeError } from "../errors.ts";
import type { Json, JsonObject } from "../events/json.ts";
import type { EventLog } from "../events/log/log.ts";
import type { RecordedEvent } from "../events/record.ts";
import type { Projections } from "../projections/face.ts";
import { attachContext, settingsOf, type ActivityContext, type ActivitySettings } from "./activity.ts";
import type { Clock } from "./clock.ts";
import { assertOpen } from "./kind.ts";
import { recordsOf } from "./reads.ts";
import type { ChildStart, Resident, Stepper } from "./xstate/contract.ts";

/** What an attempt needs of the host that it runs on. */
export interface AttemptEnv {
  readonly stepper: Stepper;
  readonly clock: Clock;
  readonly log: EventLog;
  readonly projections: Pick<Projections, "rows">;
}

export interface Attempt extends Pick<ActivityContext, "idempotencyKey" | "fence"> {
  readonly child: Pick<ChildStart, "address" | "id" | "logicType" | "syncSnapshot" | "input">;
  readonly logic: AnyActorLogic;
  /** Address of the actor that it works for. */
  readonly owner: string;
  readonly settings: ActivitySettings;
}

/** Who hears what an attempt does. None of it is called after its end, or after `stop`. */
export interface AttemptHearer {
  /** `xstate.done.actor.<id>` or `xstate.error.actor.<id>`. */
  readonly ended: (event: RecordedEvent) => void;
  /** What it sends on the way, to its actor or to anybody it has a ref of. */
  readonly sent: (to: string, event: RecordedEvent) => void;
  readonly progressed: (value: Json) => void;
  readonly logged: (args: readonly unknown[]) => void;
}

/** Begins an attempt. It may have ended when this returns. */
export function beginAttempt(
  env: AttemptEnv,
  { child, logic, owner, settings, idempotencyKey, fence }: Attempt,
  hearer: AttemptHearer,
): Resident {
  const { stepper, clock } = env;
  let over = false;
  let resident: Resident | undefined;
  const end = (event: RecordedEvent): void => {
    if (over) return;
    over = true;
    watch.stop();
    hearer.ended(event);
  };
  const watch = watchdog(clock, settings, (error) => {
    resident?.stop();
    end(errorEvent(stepper, child.id, error));
  });
  const sent = (to: string, event: RecordedEvent): void => {
    if (!over) hearer.sent(to, event);
  };
  resident = stepper.run({
    identity: {
      address: child.address,
      id: child.id,
      logic,
      parent: { address: owner },
      syncSnapshot: child.syncSnapshot,
    },
    logicType: child.logicType,
    ...(child.input !== undefined && { input: child.input }),
    syncSnapshot: child.syncSnapshot,
    prepare: (self) =>
      attachContext(logic, self, () => ({
        idempotencyKey,
        fence,
        ...(settings.timeoutMs !== undefined && { deadline: clock.now() + settings.timeoutMs }),
        heartbeat: watch.heartbeat,
        progress(value: Json) {
          watch.heartbeat();
          hearer.progressed(value);
        },
        log: (...args) => hearer.logged(args),
        records: (address = owner, from = {}) => recordsOf(env, address, from),
        rows: (projection) => env.projections.rows(projection),
        tell(event) {
          assertOpen(event.type);
          sent(owner, encodedEvent(stepper, event, child.address));
        },
      })),
    ended: end,
    sent,
  });
  if (over) resident.stop();
  return {
    send: (event) => resident.send(event),
    stop() {
      over = true;
      watch.stop();
      resident.stop();
    },
  };
}

/** The user's own functions: what they throw is how the attempt ends. */
export function readSettings(
  stepper: Stepper,
  logic: AnyActorLogic,
  input: Json | undefined,
): ActivitySettings | Error {
  try {
    return settingsOf(logic, input === undefined ? undefined : stepper.decode(input));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The end of an attempt by an error. */
export function errorEvent(stepper: Stepper, id: string, error: unknown): RecordedEvent {
  return { type: `xstate.error.actor.${id}`, error: stepper.encodeError(error), actorId: id };
}

function encodedEvent(stepper: Stepper, event: EventObject, from: string): RecordedEvent {
  const told = stepper.encode(event, `event that ${from} tells`);
  return { ...(told as JsonObject), type: event.type }; // an event is an object
}

/** Ends an attempt that takes or is silent too long. */
function watchdog(
  clock: Clock,
  { timeoutMs, heartbeatMs }: ActivitySettings,
  end: (error: TroupeError) => void,
): { readonly heartbeat: () => void; readonly stop: () => void } {
  const late = (code: "ACTIVITY_TIMEOUT" | "ACTIVITY_HEARTBEAT_MISSED", ms: number): TroupeError =>
    code === "ACTIVITY_TIMEOUT"
      ? new TroupeError(code, `the activity took longer than ${ms} ms`, {
          hint: "Raise its timeoutMs, or let it do less.",
          data: { timeoutMs: ms },
        })
      : new TroupeError(code, `the activity gave no sign of life for ${ms} ms`, {
          hint: "Call heartbeat() more often, or raise heartbeatMs.",
          data: { heartbeatMs: ms },
        });
  const cancelTimeout =
    timeoutMs === undefined
      ? undefined
      : clock.after(timeoutMs, () => end(late("ACTIVITY_TIMEOUT", timeoutMs)));
  let cancelSilence: (() => void) | undefined;
  let stopped = false;
  const heartbeat = (): void => {
    cancelSilence?.();
    if (heartbeatMs !== undefined && !stopped)
      cancelSilence = clock.after(heartbeatMs, () =>
        end(late("ACTIVITY_HEARTBEAT_MISSED", heartbeatMs)),
      );
  };
  heartbeat();
  return {
    heartbeat,
    stop() {
      stopped = true;
      cancelTimeout?.();
      cancelSilence?.();
    },
  };
}
