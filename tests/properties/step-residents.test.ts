/** Residents: they end once, say nothing after stop, and never throw into what feeds them. */
import { fromCallback, fromEventObservable, fromObservable, fromPromise } from "xstate";
import type { AnyActorLogic, AnyActorRef, AnyEventObject } from "xstate";
import { describe, expect, it } from "vitest";
import type {
  EncodedEvent,
  Resident,
  ResidentStart,
  StepperOptions,
} from "../../src/actors/xstate/contract.ts";
import { logicTypeOf } from "../../src/actors/xstate/logic.ts";
import { bareStepper } from "../support/xstate-bench.ts";

interface Run {
  readonly resident: Resident;
  readonly ended: EncodedEvent[];
  readonly sent: (readonly [string, EncodedEvent])[];
}

function run(
  logic: AnyActorLogic,
  start: Partial<ResidentStart> = {},
  options: Partial<StepperOptions> = {},
): Run {
  const ended: EncodedEvent[] = [];
  const sent: (readonly [string, EncodedEvent])[] = [];
  const resident = bareStepper(options).run({
    identity: {
      address: "case/root:job",
      id: "job",
      logic,
      parent: { address: "case/root" },
      syncSnapshot: false,
    },
    logicType: logicTypeOf(logic),
    syncSnapshot: false,
    ended: (event) => void ended.push(event),
    sent: (to, event) => void sent.push([to, event]),
    ...start,
  });
  return { resident, ended, sent };
}

const settled = () => new Promise(setImmediate);

/** A source that the test feeds by hand. */
function tap<T>() {
  const observers: {
    next?: (item: T) => void;
    error?: (error: unknown) => void;
    complete?: () => void;
  }[] = [];
  const state = { unsubscribed: 0 };
  const source = {
    subscribe: (observer: object) => {
      observers.push(observer);
      return { unsubscribe: () => void (state.unsubscribed += 1) };
    },
  };
  const feed = {
    next: (item: T) => observers.forEach((one) => one.next?.(item)),
    error: (error: unknown) => observers.forEach((one) => one.error?.(error)),
    complete: () => observers.forEach((one) => one.complete?.()),
  };
  return { source, feed, state };
}

describe("promises", () => {
  it("gets its input decoded, and ends with its output", async () => {
    const { ended } = run(
      fromPromise(async ({ input }) => ({ got: input })),
      { input: { n: 1 } },
    );
    await settled();
    expect(ended).toEqual([
      { type: "xstate.done.actor.job", output: { got: { n: 1 } }, actorId: "job" },
    ]);
  });

  it("a rejection is an error event with name, message and code", async () => {
    const { ended } = run(
      fromPromise(() => Promise.reject(Object.assign(new TypeError("no"), { code: "E1" }))),
    );
    await settled();
    expect(ended).toMatchObject([
      { type: "xstate.error.actor.job", error: { name: "TypeError", message: "no", code: "E1" } },
    ]);
  });

  it("an output that is no JSON is an error with the path", async () => {
    const { ended } = run(fromPromise(async () => ({ at: [new Date()] })));
    await settled();
    expect(ended).toMatchObject([
      {
        type: "xstate.error.actor.job",
        error: { code: "JSON_INVALID", data: { path: 'output of "job".at[0]' } },
      },
    ]);
  });

  it("stop aborts its signal; a late result is not heard", async () => {
    let aborted = false;
    const { resident, ended, sent } = run(
      fromPromise(
        ({ signal, self }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => {
              aborted = true;
              self._parent?.send({ type: "LATE" });
              resolve(1);
            });
          }),
      ),
    );
    resident.stop();
    resident.stop();
    await settled();
    expect({ aborted, ended, sent }).toEqual({ aborted: true, ended: [], sent: [] });
  });

  it("prepare sees self before the logic starts", () => {
    const order: string[] = [];
    const seen: object[] = [];
    run(
      fromPromise(async ({ self }) => {
        order.push("started");
        seen.push(self);
      }),
      {
        prepare: (self) => {
          order.push("prepared");
          seen.push(self);
        },
      },
    );
    expect(order).toEqual(["prepared", "started"]);
    expect(seen[0]).toBe(seen[1]);
  });

  it("a plain send to a ref is known as its own, also after an await", async () => {
    const relayed: string[] = [];
    const { sent } = run(
      fromPromise(async ({ input }: { input: { boss: AnyActorRef } }) => {
        await settled();
        input.boss.send({ type: "HALF" });
      }),
      { input: { boss: { xstate$$type: 1, id: "boss", addr: "case/boss" } } },
      { relay: (_from, to) => void relayed.push(to) },
    );
    await settled();
    await settled();
    expect({ sent, relayed }).toEqual({ sent: [["case/boss", { type: "HALF" }]], relayed: [] });
  });
});

describe("callbacks", () => {
  it("sends back, receives, cleans up once", () => {
    let cleaned = 0;
    const { resident, sent } = run(
      fromCallback(({ sendBack, receive }) => {
        sendBack({ type: "UP" });
        receive((event) => sendBack({ ...event, type: "ECHO" }));
        return () => void (cleaned += 1);
      }),
    );
    resident.send({ type: "DOWN", n: 1 });
    resident.stop();
    resident.stop();
    resident.send({ type: "DOWN", n: 2 });
    expect(sent).toEqual([
      ["case/root", { type: "UP" }],
      ["case/root", { type: "ECHO", n: 1 }],
    ]);
    expect(cleaned).toBe(1);
  });

  it("one that throws at its start, or on an event, ends with an error", () => {
    const boom = () => {
      throw new Error("boom");
    };
    expect(run(fromCallback(boom)).ended).toMatchObject([
      { type: "xstate.error.actor.job", error: { message: "boom" } },
    ]);
    const late = run(fromCallback(({ receive }) => receive(boom)));
    late.resident.send({ type: "X" });
    expect(late.ended).toMatchObject([{ error: { message: "boom" } }]);
  });

  it("an event that is no JSON ends it, and does not throw into its timer", () => {
    let back: (event: AnyEventObject) => void = () => {};
    let cleaned = 0;
    const { ended } = run(
      fromCallback(({ sendBack }) => {
        back = sendBack;
        return () => void (cleaned += 1);
      }),
    );
    expect(() => back({ type: "X", at: new Date() })).not.toThrow();
    expect(ended).toMatchObject([{ error: { code: "JSON_INVALID" } }]);
    expect(cleaned).toBe(1);
  });

  it("an event that is no JSON while it starts ends it, and it is still cleaned up", () => {
    let cleaned = 0;
    const { ended } = run(
      fromCallback(({ sendBack }) => {
        sendBack({ type: "X", at: new Date() });
        return () => void (cleaned += 1);
      }),
    );
    expect({ ended: ended.length, cleaned }).toEqual({ ended: 1, cleaned: 1 });
  });

  it("a clean-up that throws is logged, not thrown", () => {
    const said: unknown[] = [];
    const { resident } = run(
      fromCallback(() => () => {
        throw new Error("clean");
      }),
      {},
      { logger: (...args) => void said.push(args) },
    );
    expect(() => resident.stop()).not.toThrow();
    expect(said).toHaveLength(1);
  });
});

describe("observables", () => {
  it("tells its snapshots where they are asked for, the first without a value", () => {
    const { source, feed } = tap<number>();
    const { sent, ended } = run(
      fromObservable(() => source),
      { syncSnapshot: true },
    );
    feed.next(1);
    feed.complete();
    expect(
      sent.map(([, { type, snapshot }]) => [type, Reflect.get(Object(snapshot), "context")]),
    ).toEqual([
      ["xstate.snapshot.job", undefined],
      ["xstate.snapshot.job", 1],
    ]);
    expect(ended).toEqual([{ type: "xstate.done.actor.job", actorId: "job" }]);
  });

  it("is unsubscribed by stop, and silent after it", () => {
    const { source, feed, state } = tap<number>();
    const { resident, ended, sent } = run(
      fromObservable(() => source),
      { syncSnapshot: true },
    );
    resident.stop();
    feed.next(1);
    feed.error(new Error("late"));
    expect({ ended, heard: sent.length, state }).toEqual({
      ended: [],
      heard: 1,
      state: { unsubscribed: 1 },
    });
  });

  it("a value that is no JSON ends it where snapshots are told", () => {
    const { source, feed, state } = tap<unknown>();
    const { ended } = run(
      fromObservable(() => source),
      { syncSnapshot: true },
    );
    expect(() => feed.next({ f() {} })).not.toThrow();
    expect(ended).toMatchObject([{ error: { code: "JSON_INVALID" } }]);
    expect(state.unsubscribed).toBe(1);
  });

  it("an event observable sends its items as events", () => {
    const { source, feed } = tap<AnyEventObject>();
    const { sent, ended } = run(fromEventObservable(() => source));
    feed.next({ type: "TICK", n: 1 });
    feed.error(new Error("broke"));
    expect(sent).toEqual([["case/root", { type: "TICK", n: 1 }]]);
    expect(ended).toMatchObject([{ error: { message: "broke" } }]);
  });
});
