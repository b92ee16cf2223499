/**
 * Where steps take place: the one scope, the table of refs and the systems, tied together.
 *
 * 1. At most one step is under way; whatever machine code calls meanwhile is noted in it.
 * 2. The scope is reused for all steps of the host: XState then keeps up 90,000 events a
 *    second, which an actor of its own for each step does not.
 */
import type { Snapshot } from "xstate";
import { actingNow } from "./acting.ts";
import { adopt } from "./adopt.ts";
import { knownOf, snapshotUnknown } from "./child-snapshots.ts";
import type { Identity, StepperOptions } from "./contract.ts";
import { decode } from "./decode.ts";
import { encodeEvent, fields } from "./events.ts";
import type { RawAction, RawScope } from "./internals.ts";
import { createRefTable, isRef } from "./refs.ts";
import type { Ref, RefSystem, RefTable } from "./refs.ts";
import { System, type SystemParts } from "./system.ts";
import { noteStop } from "./turn.ts";
import type { Turn, Turns } from "./turn.ts";

export interface Stage {
  readonly refs: RefTable;
  /** The ref of an actor itself, with its parent's. */
  readonly self: (actor: Identity) => Ref;
  /** Runs machine code as a step, with all that it calls noted in the turn. */
  readonly play: <T>(turn: Turn, work: (scope: RawScope) => T) => T;
}

export function createStage(options: StepperOptions): Stage {
  const turns: Turns = { now: undefined };
  const systems = new Map<string, WeakRef<RefSystem>>();
  const left = new FinalizationRegistry<string>((root) => {
    if (systems.get(root)?.deref() === undefined) systems.delete(root);
  });
  /** The last one that was asked for: most steps in a row are of one run. */
  let last: { readonly root: string; readonly system: RefSystem } | undefined;
  const selves = new WeakMap<Identity, Ref>();

  const parts: SystemParts = {
    turns,
    options,
    refOf: (address) => refs.of(address),
    adopt: (actor, turn) => adopt(actor, turn, { refs, options }),
  };
  const system = (root: string): RefSystem => {
    if (last?.root === root) return last.system;
    const known = systems.get(root)?.deref();
    if (known !== undefined) {
      last = { root, system: known };
      return known;
    }
    const made = new System(root, parts);
    systems.set(root, new WeakRef(made));
    left.register(made, root);
    last = { root, system: made };
    return made;
  };
  const refs: RefTable = createRefTable({
    system,
    send: (to, event) => send(to, event, turns, options),
    snapshot: (ref) => snapshotOf(ref, turns, { options, refs }),
  });
  const scope = new Scope(turns, options);

  return {
    refs,
    self(actor) {
      const known = selves.get(actor);
      if (known !== undefined) return known;
      const self = refs.of(actor.address, actor.id);
      self.id = actor.id;
      if (actor.parent !== undefined) self._parent = refs.of(actor.parent.address);
      selves.set(actor, self);
      return self;
    },
    play(turn, work) {
      if (turns.now !== undefined) throw new Error(`${turn.actor.address} steps inside another step`);
      turns.now = turn;
      scope.self = turn.self;
      scope.id = turn.self.id;
      scope.sessionId = turn.self.sessionId;
      scope.system = turn.self.system;
      try {
        return work(scope);
      } finally {
        turns.now = undefined;
      }
    },
  };
}

/** One class for all hosts of a process: XState's code meets one shape. */
class Scope implements RawScope {
  id = "";
  sessionId = "";
  readonly logger: StepperOptions["logger"];
  actionExecutor: RawScope["actionExecutor"];
  readonly emit: RawScope["emit"];
  // Set before each step; XState reads neither outside one.
  #self = undefined as unknown as Ref;
  #system: unknown;
  // For each action XState reads self, then system; a sendTo whose target is undefined reads self again.
  #strayed = false;

  constructor(turns: Turns, { logger }: StepperOptions) {
    this.logger = logger;
    this.emit = (event) => turns.now?.notes.push({ type: "emit", event });
    this.actionExecutor = (action) => {
      const turn = turns.now;
      if (turn === undefined) return;
      if (action.type === "xstate.sendTo")
        turn.notes.push({ type: "action", action, strayed: this.#strayed && isStray(action) });
      else if (action.type !== "xstate.stopChild") turn.notes.push({ type: "action", action });
      else if (typeof action.params === "object" && action.params !== null && isRef(action.params))
        noteStop(turn, action.params);
    };
  }
  get self(): Ref {
    this.#strayed = true;
    return this.#self;
  }
  set self(actor: Ref) {
    this.#self = actor;
  }
  get system(): unknown {
    this.#strayed = false;
    return this.#system;
  }
  set system(of: unknown) {
    this.#system = of;
  }
  defer(): void {}
  stopChild(): void {}
}

/** Whether a send names its target by an expression, not by a string such as "#_parent". */
function isStray({ params }: RawAction): boolean {
  return fields(params)["targetId"] === undefined;
}

/** `ref.send()`: inside a step one more effect, outside the host's to relay. */
function send(to: string, event: unknown, turns: Turns, options: StepperOptions): void {
  if (typeof event === "string")
    throw new Error(
      `Only event objects may be sent to actors; use .send({ type: "${event}" }) instead`,
    );
  if (turns.now !== undefined) {
    turns.now.notes.push({ type: "send", to, event });
    return;
  }
  const acting = actingNow();
  const encoded = encodeEvent(event, `event to ${to}`);
  if (acting?.sent !== undefined) acting.sent(to, encoded);
  else options.relay(acting?.address, to, encoded);
}

interface SnapshotParts {
  readonly options: StepperOptions;
  readonly refs: RefTable;
}

/** `ref.getSnapshot()`: inside a step what the actor's own records say (A15), outside the live one. */
function snapshotOf(ref: Ref, { now }: Turns, { options, refs }: SnapshotParts): Snapshot<unknown> {
  if (now === undefined) return options.snapshotOf(ref.sessionId);
  if (ref === now.self) {
    if (now.state === undefined)
      throw new Error(`Snapshot can't be read while the actor initializes itself`);
    return now.state.snapshot;
  }
  const known = now.state && knownOf(now.state, ref.sessionId);
  if (known === undefined) throw snapshotUnknown(ref);
  const snapshot = decode(known, refs.of);
  return snapshot as Snapshot<unknown>; // a child's own, or the end of it
}
