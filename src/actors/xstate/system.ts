/**
 * The actor system that machine code sees: one a root, without scheduler or registry of its own.
 *
 * 1. Inside a step, system ids are those of the step's directory and of this step's own
 *    children; outside, those of now.
 * 2. Nothing changes outside the step: what a step registers stands in its start effects.
 */
import { TroupeError } from "../../errors.ts";
import type { RawActor, RawInspection } from "./internals.ts";
import type { StepperOptions } from "./contract.ts";
import type { Ref } from "./refs.ts";
import { lookUp, lookUpAll } from "./turn.ts";
import type { Turn, Turns } from "./turn.ts";

export interface SystemParts {
  readonly turns: Turns;
  readonly options: Pick<StepperOptions, "system" | "logger">;
  readonly refOf: (address: string) => Ref;
  readonly adopt: (actor: RawActor, turn: Turn) => void;
}

/** A system object for all actors of one root. `from` is any of them. */
export function createSystem(from: string, { turns, options, refOf, adopt }: SystemParts): object {
  const find = (systemId: string): string | undefined =>
    turns.now === undefined ? options.system(from).get(systemId) : lookUp(turns.now, systemId);

  return {
    _bookId: () => {
      const turn = inTurn(turns);
      return `x${turn.seq}_${turn.born.length}`;
    },
    _set: (systemId: string, actor: Ref) => {
      const holder = find(systemId);
      if (holder !== undefined && holder !== actor.sessionId)
        throw new Error(`Actor with system ID '${systemId}' already exists.`);
      inTurn(turns).booked.set(systemId, actor);
    },
    _register: (sessionId: string) => sessionId,
    _unregister() {},
    get: (systemId: string) => {
      const address = find(systemId);
      return address === undefined ? undefined : (turns.now?.booked.get(systemId) ?? refOf(address));
    },
    getAll: () => {
      const all =
        turns.now === undefined ? Object.entries(options.system(from).all()) : lookUpAll(turns.now);
      return Object.fromEntries(Array.from(all, ([systemId, address]) => [systemId, refOf(address)]));
    },
    _sendInspectionEvent: (event: RawInspection) => {
      if (event.type === "@xstate.actor") adopt(event.actorRef, inTurn(turns));
      else if (event.type === "@xstate.microstep") turns.now?.transitions.push(...event._transitions);
    },
    _relay: (_source: unknown, target: Ref, event: unknown) => target.send(event),
    inspect: () => ({ unsubscribe() {} }),
    scheduler: { schedule() {}, cancel() {}, cancelAll() {} },
    _snapshot: { _scheduledEvents: {} },
    getSnapshot: () => ({ _scheduledEvents: {} }),
    start() {},
    _clock: { setTimeout() {}, clearTimeout() {} },
    _logger: options.logger,
  };
}

function inTurn(turns: Turns): Turn {
  if (turns.now !== undefined) return turns.now;
  throw new TroupeError("MACHINE_UNSUPPORTED", "a child actor was made outside a step", {
    hint: "Start children with invoke, spawnChild or spawn; createActor({ parent }) is not recorded.",
  });
}
