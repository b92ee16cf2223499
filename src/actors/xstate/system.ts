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
import type { Ref, RefSystem, Relay } from "./refs.ts";
import { lookUp, lookUpAll } from "./turn.ts";
import type { Turn, Turns } from "./turn.ts";

export interface SystemParts {
  readonly turns: Turns;
  readonly options: Pick<StepperOptions, "system" | "logger">;
  readonly refOf: (address: string) => Ref;
  readonly adopt: (actor: RawActor, turn: Turn) => void;
}

const toTarget: Relay = (_source, target, event) => target.send(event);
const scheduler = { schedule() {}, cancel() {}, cancelAll() {} };
const clock = { setTimeout() {}, clearTimeout() {} };
const nothingScheduled = { _scheduledEvents: {} };

/** The system object of all actors of one root. */
export class System implements RefSystem {
  readonly refs: RefSystem["refs"];
  readonly _relay: Relay;
  readonly #root: string;
  readonly #parts: SystemParts;

  constructor(root: string, parts: SystemParts, of: Partial<Pick<System, "refs" | "_relay">> = {}) {
    this.#root = root;
    this.#parts = parts;
    this.refs = of.refs ?? new Map();
    this._relay = of._relay ?? toTarget;
  }
  relayedBy(relay: Relay): System {
    return new System(this.#root, this.#parts, { refs: this.refs, _relay: relay });
  }
  get scheduler(): typeof scheduler {
    return scheduler;
  }
  get _clock(): typeof clock {
    return clock;
  }
  get _logger(): StepperOptions["logger"] {
    return this.#parts.options.logger;
  }
  get _snapshot(): typeof nothingScheduled {
    return nothingScheduled;
  }
  getSnapshot(): typeof nothingScheduled {
    return nothingScheduled;
  }
  start(): void {}
  inspect(): { unsubscribe(): void } {
    return { unsubscribe() {} };
  }
  _bookId(): string {
    const turn = inTurn(this.#parts.turns);
    return `x${turn.seq}_${turn.born.length}`;
  }
  _set(systemId: string, actor: Ref): void {
    const holder = this.#find(systemId);
    if (holder !== undefined && holder !== actor.sessionId)
      throw new Error(`Actor with system ID '${systemId}' already exists.`);
    (inTurn(this.#parts.turns).booked ??= new Map()).set(systemId, actor);
  }
  _register(sessionId: string): string {
    return sessionId;
  }
  _unregister(): void {}
  get(systemId: string): Ref | undefined {
    const address = this.#find(systemId);
    if (address === undefined) return undefined;
    return this.#parts.turns.now?.booked?.get(systemId) ?? this.#parts.refOf(address);
  }
  getAll(): Record<string, Ref> {
    const { turns, options, refOf } = this.#parts;
    const all =
      turns.now === undefined ? Object.entries(options.system(this.#root).all()) : lookUpAll(turns.now);
    return Object.fromEntries(Array.from(all, ([systemId, address]) => [systemId, refOf(address)]));
  }
  _sendInspectionEvent(event: RawInspection): void {
    const { turns, adopt } = this.#parts;
    if (event.type === "@xstate.actor") adopt(event.actorRef, inTurn(turns));
    else if (event.type === "@xstate.microstep") turns.now?.transitions.push(...event._transitions);
  }
  #find(systemId: string): string | undefined {
    const { turns, options } = this.#parts;
    if (turns.now !== undefined) return lookUp(turns.now, systemId);
    return options.system(this.#root).get(systemId);
  }
}

function inTurn(turns: Turns): Turn {
  if (turns.now !== undefined) return turns.now;
  throw new TroupeError("MACHINE_UNSUPPORTED", "a child actor was made outside a step", {
    hint: "Start children with invoke, spawnChild or spawn; createActor({ parent }) is not recorded.",
  });
}
