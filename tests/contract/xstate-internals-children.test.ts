/** As `xstate-internals.test.ts`, for the birth of children: see there. */
import { assign, createMachine, emit, setup, spawnChild } from "xstate";
import type { Snapshot } from "xstate";
import { describe, expect, it, vi } from "vitest";
import { STUB } from "../../src/actors/xstate/internals.ts";
import { raw } from "../../src/actors/xstate/logic.ts";
import { inside, step, types } from "../support/xstate-inside.ts";

describe("XState keeps what the stepper rests on: children", () => {
  const kid = createMachine({ id: "kid", entry: emit({ type: "ran" }) });
  const parent = setup({ actors: { kid } }).createMachine({
    context: ({ spawn }) => ({ early: spawn("kid", { id: "early", systemId: "sys" }) }),
    invoke: { id: "invoked", src: "kid", input: 1, onSnapshot: {} },
    entry: [
      spawnChild("kid", { id: "spawned" }),
      assign({ early: ({ spawn }) => spawn("kid", { id: "assigned" }) }),
    ],
  });

  it("announces every new child, however it is made, by @xstate.actor", () => {
    const at = inside();
    step(parent, at);
    const ids = at.inspected.flatMap((event) =>
      event.type === "@xstate.actor" ? [event.actorRef.id] : [],
    );
    expect(ids).toEqual(["early", "spawned", "assigned", "invoked"]);
  });

  it("... before the child's first state is computed, so that a stub can take its logic's place", () => {
    const first = vi.fn<() => Snapshot<unknown>>(() =>
      STUB.getInitialSnapshot(inside().scope, undefined),
    );
    const at = inside(
      undefined,
      (actor) => void (actor.logic = { ...STUB, getInitialSnapshot: first }),
    );
    const snapshot = step(parent, at);
    expect(first).toHaveBeenCalledTimes(4);
    expect(types(at)).not.toContain("xstate.emit");
    expect(snapshot).toMatchObject({ status: "active" });
  });

  it("... with its source, input, system id and syncSnapshot on it, and its parent and system", () => {
    const at = inside();
    step(parent, at);
    const born = at.inspected.flatMap((event) =>
      event.type === "@xstate.actor" ? [event.actorRef] : [],
    );
    const invoked = born.find(({ id }) => id === "invoked");
    expect(invoked).toMatchObject({ src: "kid", _syncSnapshot: true, options: { input: 1 } });
    expect(invoked?._parent).toBe(at.scope.self);
    expect(invoked?.system).toBe(at.scope.system);
    expect(born.find(({ id }) => id === "early")?.options.systemId).toBe("sys");
    expect(at.registered).toEqual(["sys"]);
  });

  it("registers a system id after it announced the child", () => {
    const order: string[] = [];
    const at = inside(undefined, (actor) => {
      actor.logic = STUB;
      order.push("announced");
    });
    Object.assign(Object(at.scope.system), { _set: () => order.push("registered") });
    step(createMachine({ invoke: { src: kid, systemId: "s" } }), at);
    expect(order).toEqual(["announced", "registered"]);
  });

  it("names a child without id by the system's _bookId", () => {
    const at = inside();
    const snapshot = step(
      setup({ actors: { kid } }).createMachine({
        entry: assign(({ spawn }) => ({ ref: spawn("kid") })),
      }),
      at,
    );
    expect(Object.keys(Object(Reflect.get(snapshot, "children")))).toEqual(["booked-0"]);
  });

  it("files a spawnChild without id under undefined", () => {
    const snapshot = step(
      setup({ actors: { kid } }).createMachine({ entry: spawnChild("kid") }),
      inside(),
    );
    expect(Object.keys(Object(Reflect.get(snapshot, "children")))).toEqual(["undefined"]);
  });

  it("copies the children object whenever it changes", () => {
    const machine = setup({ actors: { kid } }).createMachine({
      entry: spawnChild("kid", { id: "a" }),
      on: { GO: { actions: spawnChild("kid", { id: "b" }) }, NO: { actions: emit({ type: "x" }) } },
    });
    const at = inside();
    const one = step(machine, at);
    const two = raw(machine).transition(one, { type: "NO" }, at.scope);
    const three = raw(machine).transition(two, { type: "GO" }, at.scope);
    expect(Reflect.get(two, "children")).toBe(Reflect.get(one, "children"));
    expect(Reflect.get(three, "children")).not.toBe(Reflect.get(two, "children"));
  });

  it("calls inline logic xstate.invoke.<index>.<state id>", () => {
    const at = inside();
    step(
      createMachine({ id: "m", initial: "a", states: { a: { invoke: [{ src: kid }, { src: kid }] } } }),
      at,
    );
    const sources = at.inspected.flatMap((event) =>
      event.type === "@xstate.actor" ? [event.actorRef.src] : [],
    );
    expect(sources).toEqual(["xstate.invoke.0.m.a", "xstate.invoke.1.m.a"]);
  });
});
