/**
 * Steps and hashes per second, beside XState's own `machine.transition` with one reused scope:
 * what the stepper adds. Not measured here: the log, the mailbox.
 */
import { assign, emit, fromCallback, sendTo, setup } from "xstate";
import type { AnyStateMachine, Snapshot } from "xstate";
import type { EncodedEvent, Identity, Stepped } from "../src/actors/xstate/contract.ts";
import type { RawScope } from "../src/actors/xstate/internals.ts";
import { raw } from "../src/actors/xstate/logic.ts";
import { NOBODY } from "../src/actors/xstate/stepper.ts";
import type { Bench } from "./bench.ts";
import { loneStepper } from "./stepper.ts";

const stepper = loneStepper();

interface Subject {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly events: readonly EncodedEvent[];
}

const light = setup({ types: { context: {} as { n: number } } }).createMachine({
  id: "light",
  context: { n: 0 },
  initial: "red",
  states: {
    red: { on: { NEXT: { target: "green", actions: assign({ n: ({ context }) => context.n + 1 }) } } },
    green: { on: { NEXT: "amber" } },
    amber: { on: { NEXT: "red" } },
  },
});

const order = setup({
  types: { context: {} as { items: readonly string[]; paid: boolean; by: string | null } },
  guards: { full: ({ context }) => context.items.length >= 3 },
}).createMachine({
  id: "order",
  context: { items: [], paid: false, by: null },
  type: "parallel",
  states: {
    cart: {
      initial: "open",
      states: {
        open: {
          on: {
            ADD: {
              actions: assign({ items: ({ context, event }) => [...context.items, event["item"]] }),
            },
          },
          always: { guard: "full", target: "closed" },
        },
        closed: { on: { EMPTY: { target: "open", actions: assign({ items: [] }) } } },
      },
    },
    payment: {
      initial: "open",
      states: {
        open: { on: { PAY: { target: "paid", actions: emit({ type: "paid" }) } } },
        paid: { after: { 1000: "open" }, on: { EMPTY: "open" } },
      },
    },
  },
});

function parent(children: number): AnyStateMachine {
  return setup({ actors: { child: fromCallback(() => {}) } }).createMachine({
    id: `parent${children}`,
    context: ({ spawn }) => ({
      refs: Array.from({ length: children }, (_, index) => spawn("child", { id: `c${index}` })),
    }),
    on: { NEXT: { actions: sendTo("c0", { type: "X" }) } },
  });
}

/** How many events one round takes. */
interface Counted extends Subject {
  readonly count: number;
}

const add = { type: "ADD", item: "book" };
const subjects: readonly Subject[] = [
  { name: "light (3 states)", machine: light, events: [{ type: "NEXT" }] },
  {
    name: "order (parallel, guards)",
    machine: order,
    events: [add, { type: "PAY" }, add, add, { type: "EMPTY" }],
  },
  { name: "10 children", machine: parent(10), events: [{ type: "NEXT" }] },
  { name: "100 children", machine: parent(100), events: [{ type: "NEXT" }] },
];

export const steps: Bench = {
  name: "steps",
  what: "the stepper alone, beside XState's own transition",
  async run({ quick, progress }) {
    const rows = subjects.map((one) => {
      progress(one.name);
      const subject = { ...one, count: quick ? 1_000 : 20_000 };
      return {
        machine: subject.name,
        "bare transition/s": bare(subject),
        "step/s": stepped(subject, false),
        "step and hash/s": stepped(subject, true),
        "hash/s": hashOnly(subject),
      };
    });
    return [{ title: "steps and hashes a second, best of three rounds", rows }];
  },
};

function rate(run: (event: EncodedEvent, seq: number) => void, { events, count }: Counted): number {
  let best = 0;
  for (let round = 0; round < 3; round++) {
    const before = performance.now();
    for (let seq = 0; seq < count; seq++) run(events[seq % events.length] ?? { type: "" }, seq + 2);
    best = Math.max(best, (count / (performance.now() - before)) * 1000);
  }
  return Math.round(best);
}

function bare(subject: Counted): number {
  const first = started(subject);
  let snapshot: Snapshot<unknown> = first.state.snapshot;
  const self = stepper.decode({ xstate$$type: 1, id: "b", addr: "bench/b" });
  // The scope of the stepper itself, with nothing behind it.
  const scope = {
    self,
    system: { _sendInspectionEvent() {} },
    actionExecutor() {},
    defer() {},
  } as unknown as RawScope;
  const logic = raw(subject.machine);
  return rate((event) => {
    snapshot = logic.transition(snapshot, event, scope);
  }, subject);
}

function identity({ machine }: Subject): Identity {
  return { address: "bench/b", id: "b", logic: machine, syncSnapshot: false };
}

function started(subject: Subject): Stepped {
  return stepper.start(identity(subject), {}, 1, NOBODY);
}

function stepped(subject: Counted, hashed: boolean): number {
  const actor = identity(subject);
  let { state } = started(subject);
  return rate((event, seq) => {
    const step = stepper.step(actor, state, event, seq, NOBODY);
    if (hashed) stepper.hash(step.state, step.effects);
    state = step.state;
  }, subject);
}

function hashOnly(subject: Counted): number {
  const { state, effects } = started(subject);
  return rate(() => void stepper.hash(state, effects.slice(0, 1)), subject);
}
