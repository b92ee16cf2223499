/**
 * Residents: the promises, callbacks and observables of an actor while they run.
 *
 * - A3. Attempt = 1 + recorded failures + recoveries; the idempotency key stays.
 * - A12. The fence goes with every attempt; losing the log aborts its signal.
 * - What a resident does comes back as inputs of its actor, marked with the effect id of its
 *   start, so that a late word of an earlier one changes nothing (A6).
 * - An activity whose host was lost did not fail: another attempt follows whatever its retry
 *   policy says, at once for the first time, then later and later. The loss is recorded as
 *   `troupe.activity.failed` with `lost`, which counts as a recovery does.
 */
import type { AnyActorLogic } from "xstate";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import type { RecordedEvent } from "../events/record.ts";
import { retryDelay, type ActivitySettings } from "./activity.ts";
import { beginAttempt, errorEvent, readSettings, type Attempt } from "./attempt.ts";
import type { AwayAttempt, AwayHearer } from "./away/away.ts";
import { isEnd } from "./causes.ts";
import type { Fold, OpenResident } from "./fold.ts";
import type { Runtime } from "./runtime.ts";
import type { Resident } from "./xstate/contract.ts";

export interface RunningResident {
  /** Effect id of its start. */
  readonly id: string;
  send(event: RecordedEvent): void;
  stop(): void;
}

/** Wait before the attempt behind a second loss; it doubles with each. And the longest, ms. */
const LOST_AGAIN_MS = 1_000;
const LOST_MOST_MS = 60_000;

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
  const settings = settingsOf(rt, readSettings(rt.stepper, logic, child.input));
  const fault = settings instanceof Error ? settings : labelFault(rt, settings);
  if (fault === undefined && !(settings instanceof Error)) return attemptWith(rt, fold, open, settings);
  const event = errorEvent(rt.stepper, child.id, fault);
  rt.offer(fold.identity.address, { type: "resident", from: child.address, id: open.id, event });
}

/** What stands in for an activity stands in on every host. */
function settingsOf(
  { standIns }: Runtime,
  settings: ReturnType<typeof readSettings>,
): ReturnType<typeof readSettings> {
  if (standIns === undefined || settings instanceof Error) return settings;
  return { ...settings, on: undefined };
}

/** The logic that runs: the activity's own, but in a simulation. */
function logicOf(rt: Runtime, { child }: OpenResident, attempt: Attempt): AnyActorLogic {
  if (rt.standIns === undefined) return attempt.logic;
  const { stepper } = rt;
  const encode = (value: unknown): Json => stepper.encode(value, `answer of "${child.id}"`);
  return rt.standIns.activity({ ...attempt, child, encode });
}

/** Where there is no other host to ask. */
function labelFault({ labels, away }: Runtime, { on }: ActivitySettings): TroupeError | undefined {
  if (on === undefined || away !== undefined || labels.includes(on)) return undefined;
  const own = labels.length === 0 ? "none" : labels.join(", ");
  return new TroupeError(
    "LABEL_UNKNOWN",
    `the activity runs on hosts with the label "${on}", and the only host of this log has ${own}`,
    {
      hint: `Give the host \`labels: ["${on}"]\`, or use a log on NATS and a host that has it.`,
      data: { label: on, labels: [...labels] },
    },
  );
}

function attemptWith(rt: Runtime, fold: Fold, open: OpenResident, settings: ActivitySettings): void {
  const { child } = open;
  const owner = fold.identity.address;
  const attempt: Attempt = {
    child,
    logic: rt.stepper.childLogic(fold.identity.logic, child.src),
    owner,
    settings,
    idempotencyKey: `${owner}#${open.id}`,
    fence: { epoch: rt.epoch, attempt: 1 + open.failures + open.recoveries },
  };
  let over = false;
  let resident: Resident | undefined;
  const running: RunningResident = {
    id: open.id,
    send: (event) => resident?.send(event),
    stop() {
      over = true;
      resident?.stop();
    },
  };
  rt.residents.set(child.address, running);
  const ending = (event: RecordedEvent, again: RecordedEvent | undefined): void => {
    if (over) return;
    over = true;
    if (rt.residents.get(child.address) === running) rt.residents.delete(child.address);
    if (again === undefined)
      rt.offer(owner, { type: "resident", from: child.address, id: open.id, event });
    else
      rt.offer(owner, {
        type: "control",
        event: { ...again, attempt: attempt.fence.attempt, activity: child.address },
        done: () => startAgain(rt, owner, open),
      });
  };
  const hearer: AwayHearer = {
    ...hearerOf(rt, attempt, open.id),
    ended: (event) => ending(event, retryOf(rt, settings, open, event)),
    lost(error) {
      const event = errorEvent(rt.stepper, child.id, error);
      ending(event, lossOf(rt, open, event));
    },
  };
  const { on } = settings;
  resident =
    on === undefined || rt.away === undefined || rt.labels.includes(on)
      ? beginAttempt(rt, { ...attempt, logic: logicOf(rt, open, attempt) }, hearer)
      : rt.away.begin(on, { ...attempt, ...codeOf(fold), src: child.src }, hearer);
  if (over) resident.stop();
  else rt.at("in-activity", owner);
}

/** How another host finds the actor's code. */
function codeOf({ version, born: { lineage = [] } }: Fold): Pick<AwayAttempt, "version" | "lineage"> {
  return { version, lineage };
}

/** What an attempt does on the way, as inputs of actors. */
function hearerOf(
  rt: Runtime,
  { child: { address }, owner, fence }: Attempt,
  id: string,
): Pick<AwayHearer, "sent" | "progressed" | "logged"> {
  let sent = 0;
  return {
    sent(to, event) {
      if (to === owner) return rt.offer(owner, { type: "resident", from: address, id, event });
      const cause = `${address}@${rt.newId()}/${sent++}`;
      rt.onceRecovered(() => rt.offer(to, { type: "message", from: address, cause, event })); // its start may still be owed
    },
    progressed: (value) =>
      rt.progressed({ address: owner, activity: address, attempt: fence.attempt, value }),
    logged: (args) => rt.warn("activity", { activity: address, args }),
  };
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

/** The loss of the host that it ran on, as its record. */
function lossOf(rt: Runtime, { recoveries }: OpenResident, event: RecordedEvent): RecordedEvent {
  const delayMs = recoveries === 0 ? 0 : Math.min(LOST_AGAIN_MS * 2 ** (recoveries - 1), LOST_MOST_MS);
  return {
    type: "troupe.activity.failed",
    error: event["error"] ?? null,
    retryAt: rt.clock.now() + delayMs,
    lost: true,
  };
}
