/** Corners of a step that no feature shows by itself: each was a change that no other test noticed. */
import {
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import type { AnyActorLogic, AnyActorRef, AnyEventObject } from "xstate";
import { describe, expect, it } from "vitest";
import type { EncodedEvent } from "../../src/actors/xstate/contract.ts";
import { bareStepper, bench, brief, nobody } from "../support/xstate-bench.ts";

const kid = createMachine({ id: "kid" });
const known = setup({ types: { context: {} as { ref?: AnyActorRef } }, actors: { kid } });

describe("refs", () => {
  it("a step that runs again finds its children's refs where they were, in context and children", () => {
    const logic = known.createMachine({ context: ({ spawn }) => ({ ref: spawn("kid", { id: "k" }) }) });
    const one = bench(logic);
    const again = one.stepper.start(one.identity, {}, 1, nobody);
    const before = Reflect.get(Object(Reflect.get(one.last.state.snapshot, "context")), "ref");
    expect(Reflect.get(again.state.snapshot, "context")).toEqual({ ref: before });
    expect(Reflect.get(Object(Reflect.get(again.state.snapshot, "context")), "ref")).toBe(before);
    expect(Reflect.get(Object(Reflect.get(again.state.snapshot, "children")), "k")).toBe(before);
    expect(one.stepper.decode({ xstate$$type: 1, id: "k", addr: "case/root:k" })).toBe(before);
  });

  it("a ref that is asked to send inside a step makes an effect", () => {
    const one = bench(
      known.createMachine({
        context: ({ spawn }) => ({ ref: spawn("kid", { id: "k" }) }),
        on: {
          GO: {
            actions: assign(({ context }) => {
              context.ref?.send({ type: "X" });
              return {};
            }),
          },
        },
      }),
    );
    expect(brief(one.send({ type: "GO" }))).toEqual(["send X to case/root:k"]);
  });

  it("a ref that is asked to send outside a step goes to the relay, with who acts", () => {
    const relayed: unknown[] = [];
    const one = bench(
      known.createMachine({
        context: ({ spawn }) => ({ ref: spawn("kid", { id: "k" }) }),
        on: { GO: { actions: ({ context }) => context.ref?.send({ type: "X" }) } },
      }),
      { relay: (...args) => void relayed.push(args) },
    );
    for (const effect of one.send({ type: "GO" })) if (effect.type === "action") effect.run();
    Reflect.get(Object(Reflect.get(one.last.state.snapshot, "context")), "ref").send({ type: "Y" });
    expect(relayed).toEqual([
      ["case/root", "case/root:k", { type: "X" }],
      [undefined, "case/root:k", { type: "Y" }],
    ]);
  });

  it("a child without an id is found by the id it was given", () => {
    const one = bench(known.createMachine({ on: { GO: { actions: spawnChild("kid") } } }));
    one.send({ type: "GO" });
    expect(one.stepper.childAddress(one.last.state, "x2_0")).toBe("case/root:x2_0");
  });

  it("stopChild of somebody else's child is an error, as in XState", () => {
    const one = bench(
      known.createMachine({ on: { GO: { actions: stopChild(({ event }) => event["whom"]) } } }),
    );
    one.send({ type: "GO", whom: { xstate$$type: 1, id: "far", addr: "case/other:far" } });
    expect(one.last.state.snapshot).toMatchObject({
      status: "error",
      error: { message: expect.stringContaining("not a child") },
    });
  });
});

describe("system ids inside a step", () => {
  it("a child of the same step is found, and its id is taken", () => {
    const found = bench(
      known.createMachine({
        on: {
          GO: {
            actions: [
              spawnChild("kid", { id: "a", systemId: "s" }),
              sendTo(({ system }) => system.get("s"), { type: "X" }),
            ],
          },
        },
      }),
    );
    expect(brief(found.send({ type: "GO" }))).toEqual(["start case/root:a", "send X to case/root:a"]);
    const taken = bench(
      known.createMachine({
        on: {
          GO: {
            actions: [
              spawnChild("kid", { id: "a", systemId: "s" }),
              spawnChild("kid", { id: "b", systemId: "s" }),
            ],
          },
        },
      }),
    );
    taken.send({ type: "GO" });
    expect(taken.last.state.snapshot).toMatchObject({ status: "error" });
  });

  it("a stop frees the ids below it, and no others", () => {
    const logic = known.createMachine({
      entry: [spawnChild("kid", { id: "k" }), spawnChild("kid", { id: "k2" })],
      on: {
        GO: { actions: [stopChild("k"), spawnChild("kid", { id: "n", systemId: "below" })] },
        NO: { actions: [stopChild("k"), spawnChild("kid", { id: "n", systemId: "beside" })] },
      },
    });
    const holders: Readonly<Record<string, string>> = {
      below: "task/root:k:x",
      beside: "case/root:k2",
    };
    const directory = { get: (id: string) => holders[id], all: () => holders };
    const one = bench(logic);
    const step = (type: string) =>
      one.stepper.step(one.identity, one.last.state, { type }, 2, directory);
    expect(step("GO").state.snapshot.status).toBe("active");
    expect(step("NO").state.snapshot.status).toBe("error");
  });
});

describe("events and states", () => {
  it('sendParent({ type: "xstate.error", data }) is the error event of the sender', () => {
    const logic = createMachine({
      on: { GO: { actions: sendParent({ type: "xstate.error", data: { why: 1 } } as AnyEventObject) } },
    });
    const stepper = bareStepper();
    const identity = {
      address: "c/r:k",
      id: "k",
      logic,
      parent: { address: "c/r" },
      syncSnapshot: false,
    };
    const born = stepper.start(identity, {}, 1, nobody);
    expect(stepper.step(identity, born.state, { type: "GO" }, 2, nobody).effects).toMatchObject([
      { to: "c/r", event: { type: "xstate.error.actor.k", error: { why: 1 }, actorId: "k" } },
    ]);
  });

  it("an event whose guard throws can be taken: the step will record the error", () => {
    const guard = () => {
      throw new Error("boom");
    };
    const one = bench(createMachine({ on: { GO: { guard, actions: () => {} } } }));
    expect(one.stepper.can(one.identity, one.last.state, { type: "GO" })).toBe(true);
  });

  it("an error event that nobody handles is handled by the end of the machine", () => {
    const one = bench(known.createMachine({ invoke: { id: "k", src: "kid" } }));
    one.send({ type: "xstate.error.actor.k", error: "why", actorId: "k" });
    expect(one.last).toMatchObject({
      handled: true,
      state: { snapshot: { status: "error", error: "why" } },
    });
  });

  it("what is known of a child is forgotten when it is stopped", () => {
    const one = bench(
      known.createMachine({
        entry: spawnChild("kid", { id: "k" }),
        on: { STOP: { actions: stopChild("k") } },
      }),
    );
    one.send({ type: "xstate.snapshot.k", snapshot: { status: "active" } });
    expect(one.last.state.childSnapshots).toEqual({ "case/root:k": { status: "active" } });
    one.send({ type: "STOP" });
    expect(one.last.state.childSnapshots).toEqual({});
  });

  it("undefined and null in a context have different hashes", () => {
    const hash = (value: unknown) => {
      const one = bench(createMachine({ context: { value } }));
      return one.stepper.hash(one.last.state, []);
    };
    expect(hash(undefined)).not.toBe(hash(null));
  });
});

describe("residents", () => {
  const stepper = bareStepper();
  const run = (logic: AnyActorLogic, syncSnapshot = false) => {
    const sent: EncodedEvent[] = [];
    const resident = stepper.run({
      identity: {
        address: "case/root:job",
        id: "job",
        logic,
        parent: { address: "case/root" },
        syncSnapshot,
      },
      logicType: "promise",
      syncSnapshot,
      ended: (event) => void sent.push(event),
      sent: (_to, event) => void sent.push(event),
    });
    return { resident, sent };
  };

  it("a callback's sendBack after its stop is not heard", () => {
    let back: (event: AnyEventObject) => void = () => {};
    const { resident, sent } = run(
      fromCallback(({ sendBack }) => {
        back = sendBack;
      }),
    );
    resident.stop();
    back({ type: "LATE" });
    expect(sent).toEqual([]);
  });

  it("a second run at the same address keeps its own signal", () => {
    const signals: AbortSignal[] = [];
    const logic = fromPromise(({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const first = run(logic);
    run(logic);
    first.resident.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it("what an observable says at once comes after its first snapshot, and its end last", () => {
    const { sent } = run(
      fromObservable(() => ({
        subscribe: (observer: object) => {
          const { next, complete } = observer as { next: (n: number) => void; complete: () => void }; // XState's
          next(1);
          next(2);
          complete();
          return { unsubscribe() {} };
        },
      })),
      true,
    );
    const said = sent.map(({ type, snapshot }) => [type, Reflect.get(Object(snapshot), "context")]);
    expect(said).toEqual([
      ["xstate.snapshot.job", undefined],
      ["xstate.snapshot.job", 1],
      ["xstate.snapshot.job", 2],
      ["xstate.done.actor.job", undefined],
    ]);
  });
});
