/**
 * What the stepper takes for granted of XState's inside. A new version that breaks one of these
 * fails here by name, before it fails anywhere else by accident.
 */
import {
  assign,
  cancel,
  createMachine,
  emit,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import type { AnyActorRef, Snapshot } from "xstate";
import { describe, expect, it, vi } from "vitest";
import { logicTypeOf, nodePath, raw } from "../../src/actors/xstate/logic.ts";
import { inside, onGo, step, types } from "../support/xstate-inside.ts";

describe("XState keeps what the stepper rests on: actions", () => {
  it("hands every action to the scope's executor and runs none", () => {
    const ran = vi.fn<() => void>();
    const at = inside();
    step(
      onGo([ran, { type: "named", params: { a: 1 } }, emit({ type: "e" }), log("x"), cancel("t")]),
      at,
      "GO",
    );
    expect(types(at)).toEqual([
      expect.any(String),
      "named",
      "xstate.emit",
      "xstate.log",
      "xstate.cancel",
    ]);
    expect(at.actions[1]?.params).toEqual({ a: 1 });
    expect(at.actions[2]?.params).toEqual({ event: { type: "e" } });
    expect(at.actions[3]?.params).toEqual({ value: "x", label: undefined });
    expect(at.actions[4]?.params).toEqual({ sendId: "t" });
    expect(ran).not.toHaveBeenCalled();
  });

  it("an immediate raise comes back although it was consumed; a delayed one carries its resolved delay", () => {
    const at = inside();
    const machine = createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            GO: { actions: [raise({ type: "R" }), raise({ type: "L" }, { delay: () => 7, id: "l" })] },
            R: "b",
          },
        },
        b: {},
      },
    });
    expect(step(machine, at, "GO")).toMatchObject({ value: "b" });
    expect(at.actions.map(({ params }) => params)).toEqual([
      { event: { type: "R" }, id: undefined, delay: undefined },
      { event: { type: "L" }, id: "l", delay: 7 },
    ]);
  });

  it("assign and enqueueActions are no actions of their own", () => {
    const at = inside();
    step(onGo([assign({ n: 1 })]), at, "GO");
    expect(at.actions).toEqual([]);
  });

  it("sendTo says its target in params.to, which an entry action before the invoke has only after the step", () => {
    const at = inside();
    const machine = createMachine({
      entry: sendTo("kid", { type: "X" }),
      invoke: { id: "kid", src: fromPromise(async () => 1) },
    });
    step(machine, at);
    expect(types(at)).toEqual(["xstate.sendTo", "xstate.spawnChild"]);
    expect(at.actions[0]?.params).toMatchObject({
      to: { id: "kid" },
      targetId: "kid",
      event: { type: "X" },
      delay: undefined,
    });
  });

  it("sendParent needs self._parent", () => {
    const machine = onGo(sendParent({ type: "X" }));
    expect(() => step(machine, inside(), "GO")).toThrow("#_parent");
    const parent = { id: "boss" };
    const at = inside(parent);
    step(machine, at, "GO");
    expect(at.actions[0]?.params).toMatchObject({ to: parent });
  });

  it("reads self and then system for every action, and self again where sendTo finds no target", () => {
    const at = inside();
    const reads: string[] = [];
    const { self, system } = at.scope;
    const scope = Object.defineProperties(
      { ...at.scope },
      {
        self: { get: () => (reads.push("self"), self) },
        system: { get: () => (reads.push("system"), system) },
      },
    );
    const snapshot = step(onGo([]), at);
    const run = (target: () => unknown) => {
      reads.length = 0;
      raw(onGo(sendTo(target as () => AnyActorRef, { type: "X" }))).transition(
        {
          ...snapshot,
          machine: onGo(sendTo(target as () => AnyActorRef, { type: "X" })),
        } as unknown as Snapshot<unknown>,
        { type: "GO" },
        scope,
      );
      return reads.join();
    };
    expect(run(() => self)).toContain("self,system");
    expect(run(() => undefined)).toContain("self,system,self");
  });

  it("stopChild hands over the child's ref, or nothing for nobody", () => {
    const at = inside();
    const machine = setup({ actors: { p: fromPromise(async () => 1) } }).createMachine({
      entry: spawnChild("p", { id: "kid" }),
      on: { GO: { actions: [stopChild("kid"), stopChild("nobody")] } },
    });
    step(machine, at, "GO");
    expect(at.actions.map(({ type, params }) => [type, params])).toEqual([
      ["xstate.stopChild", expect.objectContaining({ id: "kid" })],
      ["xstate.stopChild", undefined],
    ]);
  });

  it("the children of a machine that ends are stopped by actions", () => {
    const at = inside();
    const kid = fromPromise(async () => 1);
    step(
      createMachine({
        invoke: { id: "kid", src: kid },
        initial: "a",
        states: { a: { on: { GO: "z" } }, z: { type: "final" } },
      }),
      at,
      "GO",
    );
    expect(types(at)).toEqual(["xstate.stopChild"]);
  });
});

describe("XState keeps what the stepper rests on: steps", () => {
  it("tells the transitions of each microstep to the inspector", () => {
    const at = inside();
    step(
      createMachine({
        id: "m",
        initial: "a",
        states: { a: { on: { GO: "b" } }, b: { always: "c" }, c: {} },
      }),
      at,
      "GO",
    );
    const taken = at.inspected.flatMap((event) =>
      event.type === "@xstate.microstep" ? event._transitions : [],
    );
    expect(
      taken.map(({ source, eventType, target }) => [source.id, eventType, target?.[0]?.id]),
    ).toEqual([
      ["m.a", "GO", "m.b"],
      ["m.b", "", "m.c"],
    ]);
  });

  it("puts the scope's executor back after every step, so that one scope serves all", () => {
    const at = inside();
    const { actionExecutor } = at.scope;
    step(onGo(emit({ type: "x" })), at, "GO");
    expect(() =>
      step(
        onGo(() => {}),
        at,
        "GO",
      ),
    ).not.toThrow();
    expect(at.scope.actionExecutor).toBe(actionExecutor);
    expect(() =>
      step(
        onGo(
          assign(() => {
            throw new Error("boom");
          }),
        ),
        at,
        "GO",
      ),
    ).toThrow("boom");
    expect(at.scope.actionExecutor).toBe(actionExecutor);
  });

  it("an error in the first step is a status, not an exception", () => {
    expect(
      step(
        createMachine({
          entry: assign(() => {
            throw new Error("boom");
          }),
          context: {},
        }),
        inside(),
      ),
    ).toMatchObject({ status: "error" });
  });

  it("an unhandled xstate.error.actor.* puts the machine in error and stops its children by actions", () => {
    const at = inside();
    const machine = createMachine({ invoke: { id: "kid", src: fromPromise(async () => 1) } });
    expect(step(machine, at, "xstate.error.actor.kid")).toMatchObject({ status: "error" });
    expect(types(at)).toEqual(["xstate.stopChild"]);
  });

  it("resolveState takes value, context, status, output, error and history", () => {
    const machine = createMachine({
      id: "m",
      initial: "a",
      states: { a: { initial: "x", states: { x: {}, h: { type: "history" } } } },
    });
    const node = machine.getStateNodeById(nodePath("m.a.x"));
    const snapshot = machine.resolveState({
      value: { a: "x" },
      context: { n: 1 },
      status: "error",
      output: 2,
      error: 3,
      historyValue: { "m.a.h": [node] },
    });
    expect(snapshot).toMatchObject({
      value: { a: "x" },
      context: { n: 1 },
      status: "error",
      output: 2,
      error: 3,
    });
    expect(snapshot.historyValue["m.a.h"]?.[0]).toBe(node);
    expect(snapshot._nodes.map(({ id }) => id).sort()).toEqual(["m", "m.a", "m.a.x"]);
  });

  it("finds a state by an id with dots when they are escaped", () => {
    const machine = createMachine({ id: "m.n", initial: "a", states: { a: { id: "x.y\\z" } } });
    expect(machine.getStateNodeById(nodePath("x.y\\z")).key).toBe("a");
    expect(machine.getStateNodeById(nodePath("m.n")).id).toBe("m.n");
  });

  it("tells the makers of actor logic apart by the source of their transition", () => {
    const empty = () => ({ subscribe: () => ({ unsubscribe() {} }) });
    expect(
      [
        createMachine({}),
        fromTransition((s: number) => s, 0),
        fromPromise(async () => 1),
        fromCallback(() => {}),
        fromObservable(empty),
        fromEventObservable(empty),
      ].map(logicTypeOf),
    ).toEqual(["machine", "transition", "promise", "callback", "observable", "observable"]);
  });
});
