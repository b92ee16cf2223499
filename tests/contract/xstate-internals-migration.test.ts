/** What migrations take for granted of XState's inside, beyond what steps do. */
import { createMachine, fromPromise } from "xstate";
import { describe, expect, it } from "vitest";
import { inside, step } from "../support/xstate-inside.ts";

describe("XState keeps what migrations rest on", () => {
  it("asks the machine's own getTransitionData, and takes what it answers in any state", () => {
    const machine = createMachine({ initial: "a", states: { a: { on: { "*": "b" } }, b: {} } });
    const way = { source: machine.root, target: undefined, actions: ["did"], reenter: false };
    Object.assign(machine, {
      getTransitionData: () => [{ ...way, guard: undefined, eventType: "GO" }],
    });
    const at = inside();
    expect(step(machine, at, "GO")).toMatchObject({ value: "a" });
    expect(at.actions.map(({ type }) => type)).toEqual(["did"]);
  });

  it("takes no eventless transition of a node from which they are deleted", () => {
    const machine = createMachine({
      initial: "a",
      states: { a: { always: "b", on: { GO: { actions: "did" } } }, b: {} },
    });
    delete machine.states["a"]?.always;
    expect(step(machine, inside(), "GO")).toMatchObject({ value: "a" });
  });

  it("copies a machine with other nodes of the same ids by provide()", () => {
    const machine = createMachine({ id: "m", initial: "a", states: { a: {} } });
    const copy = machine.provide({});
    expect(copy.states["a"]).not.toBe(machine.states["a"]);
    expect(copy.states["a"]?.id).toBe("m.a");
  });

  it("names of each node what it invokes, with its logic, and what it waits for", () => {
    const machine = createMachine({
      id: "m",
      initial: "a",
      states: {
        a: {
          invoke: [{ src: "work" }, { src: fromPromise(async () => {}), id: "own" }],
          after: { 5: {} },
        },
      },
    });
    const { invoke = [], after = [] } = machine.states["a"] ?? {};
    expect(invoke.map(({ id, src }) => [id, src])).toEqual([
      ["0.m.a", "work"],
      ["own", "xstate.invoke.1.m.a"],
    ]);
    expect(after.map(({ eventType, delay }) => [eventType, delay])).toEqual([
      ["xstate.after.5.m.a", 5],
    ]);
  });
});
