/**
 * Residents: promises, callbacks and observables. They live in the owner's memory only; what
 * they send and how they end are inputs of their parent.
 *
 * 1. A resident ends at most once, and says nothing after `stop`.
 * 2. Nothing of it is heard before its `start` has returned but what it sends by itself.
 * 3. What it sends or returns that is no JSON ends it with `JSON_INVALID`; it never throws
 *    into the code of whoever produced the value.
 */
import type { Snapshot } from "xstate";
import { actAs } from "./acting.ts";
import type { Acting } from "./acting.ts";
import type { EncodedEvent, Resident, ResidentStart } from "./contract.ts";
import { decode } from "./decode.ts";
import { doneEvent, encodeEvent, errorEvent, snapshotEvent } from "./events.ts";
import type { RawScope } from "./internals.ts";
import { raw } from "./logic.ts";
import type { Ref, RefTable } from "./refs.ts";

export interface ResidentParts {
  readonly refs: RefTable;
  readonly logger: (...args: unknown[]) => void;
}

export function runResident(child: ResidentStart, { refs, logger }: ResidentParts): Resident {
  const { identity, syncSnapshot } = child;
  const { id, address } = identity;
  const logic = raw(identity.logic);
  const parent = identity.parent && refs.of(identity.parent.address);
  const waiting: unknown[] = [];
  let phase: "starting" | "running" | "over" = "starting";
  let snapshot: Snapshot<unknown>;

  const isOver = (): boolean => phase === "over";
  const acting: Acting = { address, sent: (to, event) => void (isOver() || child.sent(to, event)) };
  const self = refs.fresh(address, id);
  self._parent = parent;
  self.getSnapshot = () => snapshot;
  self.send = self._send = (event) => receive(event);

  const relay = (_source: unknown, target: Ref, event: unknown): void => {
    if (phase === "over") return;
    if (target === self) receive(event);
    else guarded(() => child.sent(target.sessionId, encodeEvent(event, `event from ${address}`)));
  };
  const scope: RawScope = {
    self,
    id,
    sessionId: address,
    logger,
    system: self.system.relayedBy(relay),
    defer: (work) => work(),
    stopChild() {},
    emit() {},
    actionExecutor() {},
  };

  const end = (event: EncodedEvent): void => {
    if (phase === "over") return;
    phase = "over";
    child.ended(event);
  };
  const fail = (error: unknown): void => {
    const before = phase;
    end(errorEvent(id, error));
    if (before === "running") cleanUp();
  };
  const guarded = (work: () => void): void => {
    try {
      actAs(acting, work);
    } catch (error) {
      fail(error);
    }
  };
  const tellParent = (): void => {
    if (syncSnapshot && parent !== undefined) child.sent(parent.sessionId, snapshotEvent(id, snapshot));
  };
  const settle = (event: unknown): void => {
    snapshot = logic.transition(snapshot, event, scope);
    if (snapshot.status === "done") end(doneEvent(id, snapshot.output));
    else if (snapshot.status === "error") end(errorEvent(id, snapshot.error));
    else tellParent();
  };
  const receive = (event: unknown): void => {
    if (phase === "starting") waiting.push(event);
    else if (phase === "running") guarded(() => settle(event));
  };
  const cleanUp = (): void => {
    try {
      actAs(acting, () => logic.transition(snapshot, { type: "xstate.stop" }, scope));
    } catch (error) {
      logger(`clean-up of ${address} failed`, error);
    }
  };

  snapshot = logic.getInitialSnapshot(
    scope,
    child.input === undefined ? undefined : decode(child.input, refs.of),
  );
  child.prepare?.(self);
  guarded(() => logic.start?.(snapshot, scope));
  if (isOver()) cleanUp();
  else {
    phase = "running";
    guarded(tellParent);
    for (const event of waiting) receive(event);
  }
  return {
    send: (event) => receive(decode(event, refs.of)),
    stop() {
      const before = phase;
      phase = "over";
      if (before === "running") cleanUp();
    },
  };
}
