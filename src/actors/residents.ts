/**
 * Residents: the promises, callbacks and observables of an actor while they run.
 *
 * - A3. Attempt = 1 + recorded failures + recoveries; the idempotency key stays.
 * - A12. The fence goes with every attempt; losing the log aborts its signal.
 * - What a resident does comes back as inputs of its actor, marked with the effect id of its
 *   start, so that a late word of an earlier one changes nothing (A6).
 */
import type { EventObject } from "xstate";
import { TroupeError } from "../errors.ts";
import type { Json, JsonObject } from "../events/json.ts";
import type { RecordedEvent } from "../events/record.ts";
import { attachContext, retryDelay, settingsOf, type ActivitySettings } from "./activity.ts";
import { isEnd } from "./causes.ts";
import type { Fold, OpenResident } from "./fold.ts";
import { assertOpen } from "./kind.ts";
import { recordsOf } from "./reads.ts";
import type { Runtime } from "./runtime.ts";
import type { Resident } from "./xstate/contract.ts";

export interface RunningResident {
  /** Effect id of its start. */
  readonly id: string;
  send(event: RecordedEvent): void;
  stop(): void;
}

/** Starts a resident, or waits for its retry. */
export function startResident(rt: Runtime, fold: Fold, open: OpenResident): void {
  const { address } = open.child;
  const waitMs = (open.retryAt ?? 0) - rt.clock.now();
  if (waitMs > 0) {
    const cancel = rt.clock.after(waitMs, () => startResident(rt, fold, open));
    rt.residents.set(address, { id: open.id, send: () => {}, stop: cancel });
    return;
  }
  runAttempt(rt, fold, open);
}

function runAttempt(rt: Runtime, fold: Fold, open: OpenResident): void {
  const { child } = open;
  const logic = rt.stepper.childLogic(fold.identity.logic, child.src);
  const settings = readSettings(rt, logic, child);
  if (!(settings instanceof Error)) return attemptWith(rt, fold, open, settings);
  const event = errorEvent(rt, child.id, settings);
  rt.offer(fold.identity.address, { type: "resident", from: child.address, id: open.id, event });
}

function attemptWith(rt: Runtime, fold: Fold, open: OpenResident, settings: ActivitySettings): void {
  const { child } = open;
  const owner = fold.identity.address;
  const logic = rt.stepper.childLogic(fold.identity.logic, child.src);
  const attempt = 1 + open.failures + open.recoveries;
  const watch = watchdog(rt, settings, (error) => {
    resident?.stop();
    ended(errorEvent(rt, child.id, error));
  });
  let over = false;
  let sent = 0;
  let resident: Resident | undefined;
  const running: RunningResident = {
    id: open.id,
    send: (event) => resident?.send(event),
    stop() {
      over = true;
      watch.stop();
      resident?.stop();
    },
  };
  rt.residents.set(child.address, running);

  function ended(event: RecordedEvent): void {
    if (over) return;
    over = true;
    watch.stop();
    if (rt.residents.get(child.address) === running) rt.residents.delete(child.address);
    const retry = retryOf(rt, settings, open, event);
    if (retry === undefined)
      rt.offer(owner, { type: "resident", from: child.address, id: open.id, event });
    else
      rt.offer(owner, {
        type: "control",
        event: { ...retry, attempt, activity: child.address },
        done: () => startAgain(rt, owner, open),
      });
  }

  resident = rt.stepper.run({
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
        idempotencyKey: `${owner}#${open.id}`,
        fence: { epoch: rt.epoch, attempt },
        ...(settings.timeoutMs !== undefined && { deadline: rt.clock.now() + settings.timeoutMs }),
        heartbeat: watch.heartbeat,
        progress(value: Json) {
          watch.heartbeat();
          rt.progressed({ address: owner, activity: child.address, attempt, value });
        },
        log: (...args) => rt.warn("activity", { activity: child.address, args }),
        records: (address = owner, from = {}) => recordsOf(rt, address, from),
        rows: (projection) => rt.projections.rows(projection),
        tell(event) {
          assertOpen(event.type);
          const told = encodedEvent(rt, event, child.address);
          if (!over)
            rt.offer(owner, { type: "resident", from: child.address, id: open.id, event: told });
        },
      })),
    ended,
    sent(to, event) {
      if (over) return;
      const from = child.address;
      if (to === owner) return rt.offer(owner, { type: "resident", from, id: open.id, event });
      const cause = `${from}@${rt.newId()}/${sent++}`;
      rt.onceRecovered(() => rt.offer(to, { type: "message", from, cause, event })); // its start may still be owed
    },
  });
  if (over) resident.stop();
  else rt.at("in-activity", owner);
}

function encodedEvent(rt: Runtime, event: EventObject, from: string): RecordedEvent {
  const told = rt.stepper.encode(event, `event that ${from} tells`);
  return { ...(told as JsonObject), type: event.type }; // an event is an object
}

/** The user's own functions: what they throw is how the attempt ends. */
function readSettings(
  rt: Runtime,
  logic: Parameters<typeof settingsOf>[0],
  { input }: OpenResident["child"],
): ActivitySettings | Error {
  try {
    return settingsOf(logic, input === undefined ? undefined : rt.stepper.decode(input));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The next attempt, once the failure of the one before is recorded. */
function startAgain(rt: Runtime, owner: string, { id, child }: OpenResident): void {
  const fold = rt.foldOf(owner);
  const open = fold?.residents.get(child.address);
  if (fold !== undefined && rt.running() && open?.id === id && !rt.residents.has(child.address))
    startResident(rt, fold, open);
}

/** The failure as its record, where another attempt follows. */
function retryOf(
  rt: Runtime,
  settings: ActivitySettings,
  open: OpenResident,
  event: RecordedEvent,
): RecordedEvent | undefined {
  if (!isEnd(event, open.child.id) || !event.type.startsWith("xstate.error.")) return undefined;
  const error = event["error"] ?? null;
  const delayMs = retryDelay(settings.retry, open.failures + 1, rt.stepper.decode(error));
  if (delayMs === undefined) return undefined;
  return { type: "troupe.activity.failed", error, retryAt: rt.clock.now() + delayMs };
}

function errorEvent(rt: Runtime, id: string, error: Error): RecordedEvent {
  return { type: `xstate.error.actor.${id}`, error: rt.stepper.encodeError(error), actorId: id };
}

/** Ends an attempt that takes or is silent too long. */
function watchdog(
  rt: Runtime,
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
      : rt.clock.after(timeoutMs, () => end(late("ACTIVITY_TIMEOUT", timeoutMs)));
  let cancelSilence: (() => void) | undefined;
  let stopped = false;
  const heartbeat = (): void => {
    cancelSilence?.();
    if (heartbeatMs !== undefined && !stopped)
      cancelSilence = rt.clock.after(heartbeatMs, () =>
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
