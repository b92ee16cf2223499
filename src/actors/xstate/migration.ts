/**
 * A migration as a step of the machine that an actor comes to: what its new state invokes and waits
 * for, and its old one did not, begins in that step; what only the old one did ends in it.
 *
 * 1. No entry or exit action runs: the actor was in its state before. For the same reason an eventless
 *    transition is not taken before the next event, so that the step asks for no custom action.
 * 2. A child that both states invoke under one id stays, and so does a timer that both have armed,
 *    with its due time; what was spawned or raised with a delay stays.
 * 3. Work that has begun is not begun again under another id: that would be another idempotency key.
 */
import { cancel, raise, spawnChild, stopChild } from "xstate";
import type { AnyMachineSnapshot, AnyStateMachine, StateValue } from "xstate";
import { TroupeError } from "../../errors.ts";
import type { ChildStart, EncodedEvent, Identity, State } from "./contract.ts";
import { childLogic, isMachine, logicTypeOf, nodePath } from "./logic.ts";

/** Where an actor comes from and where it is to go. */
export interface Crossing {
  readonly state: State;
  readonly to: Identity;
  readonly value: StateValue;
  readonly context: object;
  readonly event: EncodedEvent;
  /** Names of the timers that are armed. */
  readonly armed: ReadonlySet<string>;
}

type Nodes = AnyMachineSnapshot["_nodes"];
/** A state node's definition always names the logic, also where it stands in the invoke itself. */
type Invoked = Nodes[number]["invoke"][number] & { readonly src: string };
type Delay = Exclude<Nodes[number]["after"][number]["delay"], string>;

/**
 * The step that does it: of a copy of the machine, which takes the event with these actions whatever its state.
 *
 * @throws {@link TroupeError} `MIGRATE_INVALID` where the machine has no such state, or work would be done twice.
 */
export function passageOf(crossing: Crossing): { readonly actor: Identity; readonly state: State } {
  const { state, to, event } = crossing;
  const machine = machineOf(to);
  const before = state.snapshot as AnyMachineSnapshot; // only a machine's actor is of a version
  const passage = withoutAlways(machine.provide({}));
  const after = resolved(passage, crossing, before);
  const actions = [
    ...endings(before, after, crossing.armed),
    ...beginnings(before, after, crossing.armed),
  ];
  const transition = { source: passage.root, target: undefined, actions, reenter: false };
  const taken = [{ ...transition, guard: undefined, eventType: event.type }];
  const usual = passage.getTransitionData.bind(passage);
  Object.assign(passage, {
    getTransitionData: (...[at, met]: Parameters<typeof usual>) =>
      met.type === event.type ? taken : usual(at, met),
  });
  return { actor: { ...to, logic: passage }, state: { ...state, snapshot: after } };
}

/** A child that goes on, as the machine knows it in its new state. @throws {@link TroupeError} `MIGRATE_INVALID` */
export function carriedChild(
  { to }: Pick<Crossing, "to">,
  after: State,
  child: ChildStart,
): ChildStart {
  const machine = machineOf(to);
  const { _nodes: nodes } = after.snapshot as AnyMachineSnapshot; // a step of the machine made it
  const src = invokedIn(nodes).get(child.id)?.src ?? child.src;
  if (logicOf(machine, src) !== child.logicType)
    throw new TroupeError(
      "MIGRATE_INVALID",
      `its ${child.logicType} "${child.id}" is open, and the machine has no such actor logic "${src}"`,
      { hint: `Keep the logic under this name in setup({ actors }) while it is open.` },
    );
  return src === child.src ? child : { ...child, src };
}

function withoutAlways(machine: AnyStateMachine): AnyStateMachine {
  const nodes: Nodes = [machine.root];
  for (const node of nodes) {
    delete node.always;
    nodes.push(...Object.values(node.states)); // and those below it
  }
  return machine;
}

function logicOf(machine: AnyStateMachine, src: string): ChildStart["logicType"] | undefined {
  try {
    return logicTypeOf(childLogic(machine, src));
  } catch {
    return undefined;
  }
}

function machineOf({ logic }: Identity): AnyStateMachine {
  if (isMachine(logic)) return logic;
  throw new TroupeError("MIGRATE_INVALID", "it is no machine any more", {
    hint: "Give the kind a machine.",
  });
}

/** @throws whatever XState says of a state that the machine does not have. */
function resolved(
  machine: AnyStateMachine,
  { value, context }: Crossing,
  { historyValue, children }: AnyMachineSnapshot,
): AnyMachineSnapshot {
  const history = Object.entries(historyValue).flatMap(([id, nodes]) => {
    const own = nodes.flatMap((node) => nodeIn(machine, node.id) ?? []);
    const whole = own.length === nodes.length && nodeIn(machine, id) !== undefined;
    return whole ? [[id, own] as const] : [];
  });
  const snapshot = machine.resolveState({ value, context, historyValue: Object.fromEntries(history) });
  if (snapshot.status !== "active")
    throw new TroupeError("MIGRATE_INVALID", `${JSON.stringify(value)} is a final state`, {
      hint: "Answer the state before it, and let an event or an eventless transition end the actor.",
    });
  return Object.assign(snapshot, { children });
}

function nodeIn(machine: AnyStateMachine, id: string): Nodes[number] | undefined {
  try {
    return machine.getStateNodeById(nodePath(id));
  } catch {
    return undefined;
  }
}

function endings(before: AnyMachineSnapshot, after: AnyMachineSnapshot, armed: Crossing["armed"]) {
  const [old, now] = [delayedIn(before._nodes), delayedIn(after._nodes)];
  const timers = [...old.keys()].filter((name) => armed.has(name) && !now.has(name));
  return [
    ...leftIn(before, after).map(({ id }) => stopChild(id)),
    ...timers.map((name) => cancel(name)),
  ];
}

function beginnings(before: AnyMachineSnapshot, after: AnyMachineSnapshot, armed: Crossing["armed"]) {
  const old = invokedIn(before._nodes);
  const fresh = [...invokedIn(after._nodes).values()].filter(
    ({ id }) => !old.has(id) && before.children[id] === undefined,
  );
  for (const left of leftIn(before, after)) {
    const again = fresh.find(({ src }) => (isInline(src) ? isInline(left.src) : src === left.src));
    if (again !== undefined) throw begunTwice(left, again);
  }
  const waited = delayedIn(before._nodes);
  const waits = [...delayedIn(after._nodes)].filter(([name]) => !waited.has(name) && !armed.has(name));
  return [
    ...fresh.map(({ src, id, input, systemId, onSnapshot }) =>
      spawnChild(src, {
        id,
        input,
        syncSnapshot: onSnapshot !== undefined,
        ...(systemId !== undefined && { systemId }),
      }),
    ),
    ...waits.map(([name, delay]) => raise({ type: name }, { id: name, delay })),
  ];
}

/** What the old state invoked and still runs, and the new one does not invoke. */
function leftIn(before: AnyMachineSnapshot, after: AnyMachineSnapshot): readonly Invoked[] {
  const now = invokedIn(after._nodes);
  return [...invokedIn(before._nodes).values()].filter(
    ({ id }) => before.children[id] !== undefined && !now.has(id),
  );
}

function invokedIn(nodes: Nodes): ReadonlyMap<string, Invoked> {
  const all = nodes.flatMap((node) => node.invoke) as unknown as readonly Invoked[]; // StateNode.invoke names it
  return new Map(all.map((def) => [def.id, def]));
}

/** By the name of their timers; a delay may be one that the machine has under a name. */
function delayedIn(nodes: Nodes): ReadonlyMap<string, Delay> {
  const all = nodes.flatMap((node) => node.after);
  return new Map(all.map(({ eventType, delay }) => [eventType, delay as Delay])); // raise() resolves names too
}

/** Logic that stands in the invoke itself: nothing tells two of them apart. */
function isInline(src: string): boolean {
  return src.startsWith("xstate.invoke.");
}

function begunTwice(left: Invoked, again: Invoked): TroupeError {
  return new TroupeError(
    "MIGRATE_INVALID",
    `its child "${left.id}" is open, and the new state invokes the same again as "${again.id}"`,
    { hint: `Give that invoke the id "${left.id}", so that it goes on, or its logic another name.` },
  );
}
