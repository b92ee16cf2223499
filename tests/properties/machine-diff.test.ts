/** Two machines compared: nothing is different of the same, and each change is told once, by its name. */
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { assign, fromPromise, setup, type AnyStateMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { diffMachines, type MachineChange } from "../../src/replay/machine-diff.ts";
import { partsOf } from "../../src/replay/machine-parts.ts";
import { smallMachine, smallSpec } from "../support/small-machines.ts";

const told = ({ change, of, state, name }: MachineChange): string =>
  [change, of, state, name].filter((part) => part !== "").join(" ");

describe("the difference of two machines, for any of them", () => {
  test.prop({ spec: smallSpec })("is nothing, of a machine and itself made anew", ({ spec }) => {
    expect(diffMachines(smallMachine(spec), smallMachine(spec))).toEqual([]);
  });

  test.prop({ before: smallSpec, after: smallSpec })(
    "names each arrow that is new, gone or different, and no other",
    ({ before, after }) => {
      const keys = new Set([...before, ...after].map(({ from, type }) => `${from} ${type}`));
      const expected = [...keys].flatMap((key) => {
        const [one, other] = [before, after].map((spec) =>
          spec.find(({ from, type }) => `${from} ${type}` === key),
        );
        if (one === undefined) return [`added transition ${key}`];
        if (other === undefined) return [`removed transition ${key}`];
        const same = one.to === other.to && one.adds === other.adds;
        return same ? [] : [`changed transition ${key}`];
      });
      const found = diffMachines(smallMachine(before), smallMachine(after)).map(told);
      expect(found.toSorted()).toEqual(expected.toSorted());
    },
  );

  test.prop({ before: smallSpec, after: smallSpec })(
    "is the other way round from the other side",
    ({ before, after }) => {
      const turned = { added: "removed", removed: "added", changed: "changed" } as const;
      const there = diffMachines(smallMachine(before), smallMachine(after));
      const back = diffMachines(smallMachine(after), smallMachine(before));
      const mirrored = there.map((one) => told({ ...one, change: turned[one.change] }));
      expect(mirrored.toSorted()).toEqual(back.map(told).toSorted());
    },
  );

  test.prop({ spec: smallSpec, at: fc.nat() })(
    "a machine has each transition that its definition says",
    ({ spec }) => {
      const expected = spec.map(
        ({ from, type, to }) => `small.${from} -> ${type} -> ${to === null ? "-" : `small.${to}`}`,
      );
      const { transitions } = partsOf(smallMachine(spec));
      expect([...transitions.keys()].toSorted()).toEqual(expected.toSorted());
    },
  );
});

const work = () => fromPromise(async () => {});

/** All that a definition can say. */
// oxlint-disable-next-line complexity -- a parameter a part
function full({ delay = 50, guard = true, id = "w", initial = "a", inner = "atomic", bump = 1 } = {}) {
  return setup({
    types: { context: {} as { n: number } },
    actors: { work: work() },
    guards: { may: guard ? () => true : () => false },
    actions: { note: () => {}, bump: bump === 1 ? assign({ n: 1 }) : assign({ n: 2 }) },
    delays: { late: 10 },
  }).createMachine({
    id: "full",
    context: { n: 0 },
    initial,
    states: {
      a: {
        entry: "note",
        after: { [delay]: "b", late: { target: "b", guard: "may" } },
        invoke: { src: "work", id, onDone: { target: "b", actions: "bump" } },
      },
      b: { type: "parallel", states: { p: {}, q: inner === "final" ? { type: "final" } : {} } },
    },
  });
}

describe("the difference of two machines", () => {
  it.each<[string, Parameters<typeof full>[0], readonly string[]]>([
    ["a delay", { delay: 60 }, ["removed transition a after 50", "added transition a after 60"]],
    ["the code of a guard", { guard: false }, ["changed guard may"]],
    ["the code of an action", { bump: 2 }, ["changed action bump"]],
    ["the initial state", { initial: "b" }, ["changed initial"]],
    ["a state's type", { inner: "final" }, ["changed state b.q"]],
    [
      "an invoke's id",
      { id: "v" },
      [
        "removed invoke a w",
        "removed transition a xstate.done.actor.w",
        "added invoke a v",
        "added transition a xstate.done.actor.v",
      ],
    ],
  ])("names %s", (_, change, expected) => {
    expect(diffMachines(full(), full(change)).map(told)).toEqual(expected);
  });

  it("tells of a state that came or went, not of its parts", () => {
    const b = { initial: "p", on: { X: "a" }, states: { p: { on: { X: "#m" } }, q: {} } } as const;
    const [without, with_] = [{ a: {} }, { a: {}, b }].map((states) =>
      setup({}).createMachine({ id: "m", initial: "a", states } as object),
    ) as [AnyStateMachine, AnyStateMachine]; // two for two
    expect(diffMachines(without, with_).map(told)).toEqual(["added state b"]);
    expect(diffMachines(with_, without).map(told)).toEqual(["removed state b"]);
  });
});
