/**
 * Effects, run once their record is on disk.
 *
 * - A11. A send, start or stop stays owed until its receiver has recorded it; a custom action
 *   until it has run and what it sent is recorded.
 * - A12. What a former owner left is done only behind `troupe.recovered`, starts before sends.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { Born, RecordedEvent } from "../events/record.ts";
import type { LiveActor } from "./actor.ts";
import type { NumberedEffect } from "./advance.ts";
import { markOf } from "./causes.ts";
import { isResident, type Fold, type Owed, type OwedAction } from "./fold.ts";
import { startResident } from "./residents.ts";
import type { Runtime } from "./runtime.ts";
import { hasMachine } from "./versions.ts";
import type { ChildStart } from "./xstate/contract.ts";

/** What an append asked for, and what of it may be done yet. */
export interface Asked {
  readonly effects: readonly NumberedEffect[];
  /** It took over what a former owner left: all that the fold holds is done, in order, old and new. */
  readonly recovered: boolean;
  /** False: the take-over is still to come, and will do all. */
  readonly ready: boolean;
}

/** Does what an append asked for, or has yet to be done. */
export function performNew(
  rt: Runtime,
  actor: LiveActor,
  fold: Fold,
  { effects, recovered, ready }: Asked,
): void {
  if (recovered) performOwed(rt, actor, fold);
  const rest = recovered || !ready ? effects.filter(({ effect }) => effect.type === "emit") : effects;
  perform(rt, actor, fold, rest);
}

/** Runs effects, in order. */
function perform(rt: Runtime, actor: LiveActor, fold: Fold, effects: readonly NumberedEffect[]): void {
  if (!rt.running()) return; // closed meanwhile: all of it stays owed
  for (const { id, effect, trace } of effects) {
    switch (effect.type) {
      case "action":
        runAction(rt, actor, { id, name: effect.name, run: effect.run });
        break;
      case "emit":
        rt.emitted(actor.address, effect.event);
        break;
      case "start":
        if (isResident(effect.child)) startOpen(rt, fold, effect.child.address, id);
        else
          deliver(rt, actor, { type: "start", id, child: effect.child }, { fold, trace, fresh: true });
        break;
      case "send":
        deliver(rt, actor, { type: "send", id, to: effect.to, event: effect.event }, { fold, trace });
        break;
      case "stop":
        if (fold.outbox.has(id))
          deliver(rt, actor, { type: "stop", id, child: effect.child }, { fold, trace });
        break;
      case "timer":
      case "cancel":
        break; // part of the fold: the host arms what the fold holds
    }
  }
  actor.actionsRan();
}

/** Everything that a loaded actor still owes: actions, residents and starts now, sends once all starts are out. */
function performOwed(rt: Runtime, actor: LiveActor, fold: Fold): void {
  if (!rt.running()) return;
  const { ran } = actor.ledger;
  for (const action of fold.actions.values())
    if (markOf(action.id).seq > ran) runAction(rt, actor, action);
  actor.actionsRan();
  for (const [address, open] of fold.residents) startOpen(rt, fold, address, open.id);
  const owed = [...fold.outbox.values()].filter(({ id }) => !actor.ledger.inFlight.has(id));
  for (const one of owed) if (one.type === "start") deliver(rt, actor, one, { fold });
  for (const one of owed) if (one.type !== "start") deliver(rt, actor, one, { fold });
}

/** Stops what runs for this actor but is no longer open in its fold. */
export function stopResidents(rt: Runtime, actor: LiveActor, fold: Fold | undefined): void {
  for (const [address, id] of actor.ledger.started) {
    if (fold?.residents.get(address)?.id === id) continue;
    actor.ledger.started.delete(address);
    const running = rt.residents.get(address);
    if (running?.id !== id) continue;
    rt.residents.delete(address);
    running.stop();
  }
}

/** Starts a resident that is open and does not run, or runs again after a failure. */
function startOpen(rt: Runtime, fold: Fold, address: string, id: string): void {
  const open = fold.residents.get(address);
  if (!rt.activities) return;
  if (open === undefined || open.id !== id || rt.residents.get(address)?.id === id) return;
  rt.started(fold.identity.address, address, id);
  startResident(rt, fold, open);
}

function runAction(rt: Runtime, actor: LiveActor, action: OwedAction): void {
  const effect = `${actor.address}#${action.id}`;
  rt.at("before-effect", actor.address);
  const acting = { address: actor.address, effect, seq: markOf(action.id).seq, sent: 0 };
  rt.acting.current = acting;
  try {
    if (rt.standIns === undefined) action.run();
    else rt.standIns.action({ address: actor.address, ...action });
  } catch (error) {
    const event = { type: "troupe.action.failed", effect, error: rt.stepper.encodeError(error) };
    const cause = `${effect}/${acting.sent++}`;
    rt.offer(actor.address, { type: "control", event, cause, done: actor.expectRecord(acting.seq) });
  } finally {
    rt.acting.current = undefined;
  }
  rt.at("after-effect", actor.address);
}

interface Delivery {
  readonly fold: Fold;
  readonly trace?: string | undefined;
  /** The child cannot have records yet. */
  readonly fresh?: boolean;
}

function deliver(
  rt: Runtime,
  actor: LiveActor,
  owed: Owed,
  { fold, trace, fresh = false }: Delivery,
): void {
  // it goes to who starts the activity
  if (owed.type === "send" && !rt.activities && fold.residents.has(owed.to)) return;
  const cause = `${actor.address}#${owed.id}`;
  const done = (): void => actor.settle(owed.id);
  actor.ledger.inFlight.add(owed.id);
  if (owed.type === "start") {
    rt.at("before-effect", actor.address);
    const born = bornOf(rt, fold, owed.child);
    const { address } = owed.child;
    const { correlation } = fold;
    const failed = (error: unknown): void => {
      // nobody's child has its address; whatever else keeps it from being born is told elsewhere
      if (TroupeError.is(error, "ACTOR_EXISTS"))
        rt.warn("a child cannot be started", { address, parent: actor.address, error });
    };
    const input = { type: "birth", born, correlation, cause, trace, done, failed } as const;
    rt.offer(address, input, fresh);
    rt.at("after-effect", actor.address);
    return;
  }
  rt.onceRecovered(() => {
    rt.at("before-effect", actor.address);
    const shared = { cause, from: actor.address, trace, done };
    if (owed.type === "stop")
      rt.offer(owed.child, { type: "control", event: { type: "troupe.stopped" }, ...shared });
    else if (sendToResident(rt, owed.to, owed.event)) done();
    else rt.offer(owed.to, { type: "message", event: owed.event, ...shared });
    rt.at("after-effect", actor.address);
  });
}

function sendToResident(rt: Runtime, to: string, event: RecordedEvent): boolean {
  const running = rt.residents.get(to);
  running?.send(event);
  return running !== undefined;
}

/** The birth of a child that an actor starts. */
export function bornOf(
  rt: Pick<Runtime, "stepper" | "kinds">,
  fold: Pick<Fold, "identity" | "born">,
  child: ChildStart,
): Born {
  const input = child.input === undefined ? {} : { input: child.input };
  if (child.detached === true) return { id: child.id, ...input };
  const logic = rt.stepper.childLogic(fold.identity.logic, child.src);
  const kind = rt.kinds.get(parseAddress(child.address).kind);
  const registered = kind !== undefined && hasMachine(kind, logic);
  return {
    id: child.id,
    parent: fold.identity.address,
    ...input,
    ...(!registered && { lineage: [...(fold.born.lineage ?? []), child.src] }),
    ...(child.systemId !== undefined && { systemId: child.systemId }),
    ...(child.syncSnapshot && { syncSnapshot: true as const }),
  };
}
