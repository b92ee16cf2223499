/** Charts of machines: every state and every transition is there, once, and Mermaid can read it. */
import { fc, test } from "@fast-check/vitest";
import { and, createMachine, fromPromise, not, setup, stateIn, type AnyStateMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { chartOfMachine } from "../../src/cli/chart-machine.ts";
import { mermaidOf } from "../../src/cli/chart-text.ts";
import { readMermaid } from "../support/mermaid.ts";

const drawn = (machine: AnyStateMachine): string => mermaidOf(chartOfMachine(machine));

const order = setup({
  actors: { charge: fromPromise(async () => true), ship: fromPromise(async () => true) },
  guards: {
    paid: () => true,
    over: (_args, _limit: number) => true,
    answers: (_args, _params: { kind: string; granted: boolean }) => true,
  },
  delays: { patience: 1_000 },
}).createMachine({
  id: "order",
  initial: "open",
  on: { CANCEL: ".gone" },
  states: {
    open: {
      always: { guard: { type: "over", params: 100 }, target: "checked" },
      on: {
        NOTE: { actions: () => {} },
        IGNORED: undefined,
        AGAIN: { target: "open", reenter: true },
        LOOK: "#order.checked.last",
      },
      after: { 5_000: "gone", patience: "gone" },
    },
    checked: {
      type: "parallel",
      onDone: "done",
      states: {
        money: {
          initial: "owed",
          states: {
            owed: {
              invoke: { src: "charge", onDone: "got", onError: "owed" },
              on: {
                PAY: [
                  { guard: and(["paid", not(stateIn({ checked: "goods" }))]), target: "got" },
                  {
                    guard: { type: "answers", params: { kind: "late", granted: false } },
                    target: "got",
                  },
                  { target: "#order.gone" },
                ],
              },
            },
            got: { type: "final" },
          },
        },
        goods: { invoke: { id: "parcel", src: "ship" }, on: { HOLD: "money" } },
        last: { type: "history", history: "deep", target: "money" },
      },
    },
    done: { type: "final" },
    gone: { type: "final" },
  },
});

describe("the chart of a machine", () => {
  it("shows nesting, regions, ends, history, timers, invokes and conditions", () => {
    expect(drawn(order)).toMatchInlineSnapshot(`
      "stateDiagram-v2
        [*] --> order
        state "order" as order {
          [*] --> open
          state "open" as open
          state "checked" as checked {
            state "money" as checked_money {
              [*] --> checked_money_owed
              state "owed<br>do / charge" as checked_money_owed
              state "got" as checked_money_got
              checked_money_got --> [*]
              checked_money_owed --> checked_money_got: PAY [paid and not in checked.goods]<br>PAY [answers (kind late, not granted)]<br>charge done
              checked_money_owed --> checked_money_owed: charge failed
            }
            state "H#42; (last)" as checked_last
            --
            state "goods<br>do / parcel (ship)" as checked_goods
          }
          state "done" as done
          state "gone" as gone
          done --> [*]
          gone --> [*]
          open --> checked: always [over 100]
          open --> open: NOTE<br>IGNORED (ignored)<br>AGAIN (enters anew)
          open --> gone: after 5000 ms<br>after patience
          checked --> done: done
        }
        order --> gone: CANCEL
        open --> checked_last: LOOK
        checked_money_owed --> gone: PAY [else]
        checked_goods --> checked_money: HOLD
        checked_last --> checked_money: else
      "
    `);
  });

  it("calls its own states anything, whatever Mermaid would make of the names", () => {
    const names = [
      "end",
      "Class",
      "note",
      "x_start",
      "constructor",
      "__proto__x",
      "a:b",
      "a b",
      "a_b",
      'say "hi"',
      "<br>",
      "_x_ **y** `z` ~~w~~ $$v$$ [a](b) &lt;",
      "direction TB",
      "100 %% {x}; #y",
      "grüße 你好 🎭",
      " ",
      "line\nbreak",
    ];
    const machine = createMachine({
      initial: "end",
      states: Object.fromEntries(names.map((name) => [name, { on: { [name]: {} } }])),
    });
    const { states, arrows } = readMermaid(drawn(machine));
    const shown = names.map((name) => name.replaceAll(/\s+/g, " ").trim() || '""');
    expect([...states.values()].map(({ label }) => label)).toEqual(shown);
    const labels = arrows.flatMap((arrow) => arrow.labels);
    expect(labels).toEqual(shown.map((name) => (name === '""' ? "(ignored)" : `${name} (ignored)`)));
  });

  it.each([
    ["of one state", createMachine({ id: "one" }), ["one"]],
    [
      "of regions",
      createMachine({ id: "two", type: "parallel", states: { a: {}, b: {} } }),
      ["two", "a", "b"],
    ],
    ["of nothing of its own", createMachine({ id: "m", initial: "a", states: { a: {} } }), ["a"]],
    [
      "that invokes",
      createMachine({
        id: "m",
        invoke: { src: fromPromise(async () => 1) },
        initial: "a",
        states: { a: {} },
      }),
      ["m\ndo / inline", "a"],
    ],
  ])("is itself a state only where it must be: %s", (_, machine, labels) => {
    const { states } = readMermaid(drawn(machine));
    expect([...states.values()].map(({ label }) => label)).toEqual(labels);
  });
});

/** A tree of states under numbers; each names its transitions by the numbers of their targets. */
interface Tree {
  readonly key: string;
  readonly parallel: boolean;
  readonly targets: readonly number[];
  readonly children: readonly Tree[];
}

const KEY = fc.oneof(
  fc.constantFrom("a", "b", "end", "state", "a_b", "a b", "x_start", "__proto__2", "ü", '"', "note"),
  fc.string({ minLength: 1, maxLength: 6 }).filter((key) => !key.includes(".") && key.trim() !== ""),
);
const treeOf = (depth: number): fc.Arbitrary<Tree> =>
  fc.record({
    key: KEY,
    parallel: fc.boolean(),
    targets: fc.array(fc.nat(30), { maxLength: 3 }),
    children:
      depth === 0
        ? fc.constant([])
        : fc.uniqueArray(treeOf(depth - 1), { maxLength: 3, selector: ({ key }) => key }),
  });

function machineOf(root: Tree) {
  const all: Tree[] = [];
  const gather = (node: Tree): void => {
    all.push(node);
    node.children.forEach(gather);
  };
  gather(root);
  const configOf = (node: Tree): object => ({
    id: `n${all.indexOf(node)}`,
    ...(node.children.length === 0
      ? {}
      : node.parallel
        ? { type: "parallel" }
        : { initial: node.children[0]?.key }),
    states: Object.fromEntries(node.children.map((child) => [child.key, configOf(child)])),
    on: Object.fromEntries(
      node.targets.map((target, n) => [
        `E${n}`,
        { target: `#n${target % all.length}`, guard: () => true },
      ]),
    ),
  });
  const transitions = all.reduce((sum, { targets }) => sum + targets.length, 0);
  /** Whether an arrow begins or ends at the machine itself. */
  const met =
    root.targets.length > 0 ||
    all.some(({ targets }) => targets.some((target) => target % all.length === 0));
  return { machine: createMachine(configOf(root)), nodes: all.length, transitions, met };
}

test.prop({ root: treeOf(3) })(
  "for every machine, each state and each transition stands once, in the block that it belongs to",
  ({ root }) => {
    const { machine, nodes, transitions, met } = machineOf(root);
    const { states, arrows } = readMermaid(drawn(machine));
    const hidden = machine.root.type === "compound" && !met;
    expect(states.size).toBe(hidden ? nodes - 1 : nodes);
    const between = arrows.filter(({ from, to }) => from !== "[*]" && to !== "[*]");
    expect(between.flatMap(({ labels }) => labels)).toHaveLength(transitions);
    expect(new Set(between.map(({ from, to }) => `${from} ${to}`)).size).toBe(between.length);
    for (const { from, to, parent } of between) {
      expect(states.has(from) && states.has(to)).toBe(true);
      // else Mermaid would move the state into that block
      if (parent !== "")
        expect([states.get(from)?.parent, states.get(to)?.parent]).toEqual([parent, parent]);
    }
  },
);
