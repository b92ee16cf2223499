/** The barest scope that XState takes, to look at what it does with it. */
import { createMachine } from "xstate";
import type { AnyActorLogic, AnyStateMachine, Snapshot } from "xstate";
import { STUB } from "../../src/actors/xstate/internals.ts";
import type {
  RawAction,
  RawActor,
  RawInspection,
  RawScope,
} from "../../src/actors/xstate/internals.ts";
import { raw } from "../../src/actors/xstate/logic.ts";

export interface Inside {
  readonly actions: RawAction[];
  readonly inspected: RawInspection[];
  readonly registered: string[];
  readonly scope: RawScope;
}

/** A bare scope, as small as XState lets it be. */
export function inside(
  parent?: object,
  onActor: (actor: RawActor) => void = (actor) => void (actor.logic = STUB),
): Inside {
  const actions: RawAction[] = [];
  const inspected: RawInspection[] = [];
  const registered: string[] = [];
  let booked = 0;
  const system = {
    _bookId: () => `booked-${booked++}`,
    _set: (id: string) => void registered.push(id),
    _sendInspectionEvent: (event: RawInspection) => {
      inspected.push(event);
      if (event.type === "@xstate.actor") onActor(event.actorRef);
    },
    get: () => undefined,
    getAll: () => ({}),
    _logger() {},
    _clock: {},
  };
  const self = { id: "self", sessionId: "self", system, _parent: parent, send() {}, getSnapshot() {} };
  const scope = {
    self,
    id: "self",
    sessionId: "self",
    system,
    logger() {},
    defer() {},
    stopChild() {},
    emit() {},
    actionExecutor: (action: RawAction) => void actions.push(action),
  } as unknown as RawScope; // no more than these members is the point
  return { actions, inspected, registered, scope };
}

export function step(machine: AnyActorLogic, at: Inside, ...types: string[]): Snapshot<unknown> {
  let snapshot = raw(machine).getInitialSnapshot(at.scope, undefined);
  for (const type of types) {
    at.actions.length = 0;
    at.inspected.length = 0;
    snapshot = raw(machine).transition(snapshot, { type }, at.scope);
  }
  return snapshot;
}

export const onGo = (actions: Parameters<typeof createMachine>[0]["entry"]): AnyStateMachine =>
  createMachine({ context: { n: 0 }, on: { GO: { actions } } });

export const types = ({ actions }: Inside) => actions.map(({ type }) => type);
