/** What a step asks for: its order, its addresses, and what it leaves out. */
import {
  assign,
  createMachine,
  emit,
  fromPromise,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import { describe, expect, it } from "vitest";
import { ACTION_FAILED } from "../../src/actors/xstate/contract.ts";
import { bareStepper, bench, brief, nobody } from "../support/xstate-bench.ts";

const kid = createMachine({ id: "kid", on: { X: {} } });
const job = fromPromise(async () => 1);
const known = setup({ actors: { kid, job } });

describe("the effects of a step", () => {
  it("custom actions and logs stand first, the rest in the order of the step", () => {
    const one = bench(
      known.createMachine({
        on: {
          GO: {
            actions: [
              emit({ type: "e" }),
              function deed() {},
              raise({ type: "R" }, { delay: 5 }),
              log("l"),
              raise({ type: "NOW" }),
            ],
          },
        },
      }),
    );
    expect(brief(one.send({ type: "GO" }))).toEqual([
      "action deed",
      "action xstate.log",
      "emit e",
      "timer R to case/root in 5",
    ]);
  });

  it("a child starts before what is sent to it", () => {
    const one = bench(
      known.createMachine({
        entry: sendTo("kid", { type: "X" }),
        invoke: [
          { id: "job", src: "job" },
          { id: "kid", src: "kid" },
        ],
      }),
    );
    expect(brief(one.last.effects)).toEqual([
      "start case/root:kid",
      "send X to case/root:kid",
      "start case/root:job",
    ]);
  });

  it("a child started and stopped in one step leaves nothing but its incarnation", () => {
    const one = bench(
      known.createMachine({
        on: {
          GO: { actions: [spawnChild("kid", { id: "k" }), stopChild("k")] },
          ON: { actions: spawnChild("kid", { id: "k" }) },
        },
      }),
    );
    expect(brief(one.send({ type: "GO" }))).toEqual([]);
    expect(brief(one.send({ type: "ON" }))).toEqual(["start case/root:k~2"]);
  });

  it("a later start of a child id has an address of its own, and childAddress knows which is now", () => {
    const one = bench(
      known.createMachine({
        initial: "a",
        states: {
          a: { invoke: { id: "kid", src: "kid" }, on: { GO: { target: "a", reenter: true } } },
        },
      }),
    );
    expect(one.stepper.childAddress(one.last.state, "kid")).toBe("case/root:kid");
    expect(brief(one.send({ type: "GO" }))).toEqual(["stop case/root:kid", "start case/root:kid~2"]);
    expect(one.stepper.childAddress(one.last.state, "kid")).toBe("case/root:kid~2");
    expect(one.stepper.childAddress(one.last.state, "nobody")).toBeUndefined();
  });

  it("a child takes the kind that kindOf gives it, a resident its parent's", () => {
    const one = bench(
      known.createMachine({
        invoke: [
          { id: "t2", src: "kid" },
          { id: "p", src: "job" },
        ],
      }),
      { kindOf: (logic) => (logic === kid ? "task" : undefined) },
    );
    expect(brief(one.last.effects)).toEqual(["start task/root:t2", "start case/root:p"]);
  });

  it("a step that throws asks for nothing but the end of the children and a word to the parent", () => {
    const stepper = bareStepper();
    const logic = known.createMachine({
      context: {},
      invoke: { id: "kid", src: "kid" },
      on: {
        GO: {
          actions: [
            emit({ type: "lost" }),
            spawnChild("kid", { id: "lost" }),
            assign(() => {
              throw new Error("boom");
            }),
          ],
        },
      },
    });
    const identity = {
      address: "case/root:it",
      id: "it",
      logic,
      parent: { address: "case/root" },
      syncSnapshot: false,
    };
    const born = stepper.start(identity, {}, 1, nobody);
    const { effects, state } = stepper.step(identity, born.state, { type: "GO" }, 2, nobody);
    expect(brief(effects)).toEqual([
      "stop case/root:it:kid",
      "send xstate.error.actor.it to case/root",
    ]);
    expect(state.snapshot).toMatchObject({ status: "error", error: new Error("boom") });
  });

  it("a child known to have ended is not stopped again", () => {
    const one = bench(
      known.createMachine({
        initial: "a",
        invoke: [
          { id: "kid", src: "kid" },
          { id: "job", src: "job" },
        ],
        states: { a: { on: { GO: "z" } }, z: { type: "final" } },
      }),
    );
    one.send({ type: "xstate.done.actor.job", output: 1, actorId: "job" });
    expect(brief(one.send({ type: "GO" }))).toEqual(["stop case/root:kid"]);
  });

  it("done, error and synced snapshots are sent to the parent, last of all", () => {
    const stepper = bareStepper();
    const logic = createMachine({
      id: "c",
      initial: "a",
      output: { n: 1 },
      states: {
        a: { on: { GO: { target: "z", actions: sendParent({ type: "BYE" }) }, STAY: {} } },
        z: { type: "final" },
      },
    });
    const identity = {
      address: "case/root:c",
      id: "c",
      logic,
      parent: { address: "case/root" },
      syncSnapshot: true,
    };
    const born = stepper.start(identity, {}, 1, nobody);
    expect(brief(born.effects)).toEqual(["send xstate.snapshot.c to case/root"]);
    const done = stepper.step(identity, born.state, { type: "GO" }, 2, nobody);
    expect(brief(done.effects)).toEqual([
      "send BYE to case/root",
      "send xstate.done.actor.c to case/root",
    ]);
    expect(done.effects.at(-1)).toMatchObject({ event: { output: { n: 1 }, actorId: "c" } });
  });

  it("a failed action puts the actor in error; the state it had stays", () => {
    const one = bench(
      known.createMachine({
        initial: "a",
        context: { n: 3 },
        invoke: { id: "kid", src: "kid" },
        states: { a: {} },
      }),
    );
    const error = one.stepper.encodeError(Object.assign(new Error("deed"), { code: "E" }));
    expect(brief(one.send({ type: ACTION_FAILED, error }))).toEqual(["stop case/root:kid"]);
    expect(one.last.state.snapshot).toMatchObject({
      status: "error",
      value: "a",
      context: { n: 3 },
      error: { message: "deed", code: "E" },
    });
    expect(one.send({ type: "X" })).toEqual([]);
    expect(one.last.handled).toBe(false);
  });

  it("stop ends the actor and its children, once", () => {
    const one = bench(known.createMachine({ invoke: { id: "kid", src: "kid" } }));
    const stopped = one.stepper.stop(one.identity, one.last.state, 2);
    expect(brief(stopped.effects)).toEqual(["stop case/root:kid"]);
    expect(stopped.state.snapshot.status).toBe("stopped");
    expect(one.stepper.stop(one.identity, stopped.state, 3).effects).toEqual([]);
  });

  it("handled says whether a transition was taken, and taken which", () => {
    const one = bench(
      createMachine({
        id: "m",
        initial: "a",
        states: { a: { on: { GO: "b", NO: {} } }, b: { always: "c" }, c: {} },
      }),
    );
    one.send({ type: "WHO" });
    expect(one.last).toMatchObject({ handled: false, taken: [] });
    one.send({ type: "NO" });
    expect(one.last).toMatchObject({ handled: false, taken: [] });
    one.send({ type: "GO" });
    expect(one.last).toMatchObject({
      handled: true,
      taken: ["m.a -> GO -> m.b", "m.b -> always -> m.c"],
    });
  });

  it("can and accepts speak of the state now", () => {
    const one = bench(
      createMachine({
        context: { n: 0 },
        initial: "a",
        states: {
          a: {
            after: { 10: "b" },
            on: { GO: { guard: ({ context }) => context.n > 0, target: "b" }, "mouse.*": "b", NO: {} },
          },
          b: {},
        },
      }),
    );
    const can = (type: string) => one.stepper.can(one.identity, one.last.state, { type });
    expect([can("GO"), can("mouse.up"), can("NO"), can("WHO")]).toEqual([false, true, false, false]);
    expect(one.stepper.accepts(one.identity, one.last.state)).toEqual(["GO", "mouse.*"]);
  });

  it("system ids that a step looks up are noted with what they answered, and a replay needs no directory", () => {
    const logic = known.createMachine({
      on: {
        GO: { actions: sendTo(({ system }) => system.get("boss"), { type: "X" }) },
        ALL: { actions: emit(({ system }) => ({ type: Object.keys(system.getAll()).join() })) },
      },
    });
    const stepper = bareStepper();
    const identity = { address: "case/root", id: "root", logic, syncSnapshot: false };
    const live = {
      get: (id: string) => (id === "boss" ? "team/b" : undefined),
      all: () => ({ boss: "team/b", aide: "team/a" }),
    };
    const born = stepper.start(identity, {}, 1, live);
    expect(born.lookups).toBeUndefined();
    const go = stepper.step(identity, born.state, { type: "GO" }, 2, live);
    expect(brief(go.effects)).toEqual(["send X to team/b"]);
    expect(go.lookups).toEqual({ boss: "team/b" });
    const all = stepper.step(identity, go.state, { type: "ALL" }, 3, live);
    expect(brief(all.effects)).toEqual(["emit boss,aide"]);
    expect(all.lookups).toEqual({ boss: "team/b", aide: "team/a" });
  });
});
