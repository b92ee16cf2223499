/**
 * Where running on records differs from plain XState, on purpose. Each is one test, so that the
 * list in the documentation can be checked against this file.
 */
import {
  assign,
  createMachine,
  emit,
  fromTransition,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
} from "xstate";
import type { AnyActorRef } from "xstate";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { Driver } from "../support/xstate-driver.ts";
import type { Feature } from "../support/xstate-features.ts";
import { runPlain } from "../support/xstate-plain.ts";
import { bareStepper, bench, brief } from "../support/xstate-bench.ts";

type Script = Feature["script"];
const go: Script = [{ send: { type: "GO" } }];

/** Custom actions in the order in which they ran: as XState runs them, and as we do. */
async function traces(logic: Feature["logic"], script: Script) {
  const mine: string[] = [];
  const driver = new Driver();
  driver.start(logic((what) => mine.push(what)));
  await driver.settle();
  for (const act of script) {
    if ("send" in act) driver.send(act.to ?? [], act.send);
    if ("pass" in act) await driver.pass(act.pass);
    await driver.settle();
  }
  driver.close();
  const { trace: theirs, seen } = await runPlain({ name: "differs", logic, script });
  return { mine, theirs, here: driver.root.snapshot, there: seen };
}

function boom(): never {
  throw new Error("boom");
}

describe("differs:", () => {
  it("differs: events between actors are first in, first out, where XState goes depth first", async () => {
    const kid = createMachine({ on: { ASK: { actions: sendParent({ type: "ANSWER" }) } } });
    const { mine, theirs } = await traces(
      (trace) =>
        createMachine({
          invoke: [
            { id: "one", src: kid },
            { id: "two", src: createMachine({ on: { "*": { actions: () => trace("two") } } }) },
          ],
          on: {
            GO: { actions: [sendTo("one", { type: "ASK" }), sendTo("two", { type: "X" })] },
            ANSWER: { actions: [() => trace("answer"), sendTo("two", { type: "Y" })] },
          },
        }),
      go,
    );
    expect(theirs.toSorted()).toEqual(mine.toSorted());
    expect(mine).toEqual(["two", "answer", "two"]);
  });

  it("differs: initial invokes start after the root's entry actions", async () => {
    const { mine, theirs } = await traces(
      (trace) =>
        createMachine({
          invoke: { src: createMachine({ entry: () => trace("kid") }) },
          initial: "a",
          states: { a: { entry: () => trace("a") } },
        }),
      [],
    );
    expect({ mine, theirs }).toEqual({ mine: ["a", "kid"], theirs: ["kid", "a"] });
  });

  it("differs: self.getSnapshot() in a custom action is the state after the step", async () => {
    const { mine, theirs } = await traces(
      (trace) =>
        createMachine({
          initial: "a",
          states: {
            a: {
              on: {
                GO: {
                  target: "b",
                  actions: ({ self }) => trace(JSON.stringify(self.getSnapshot().value)),
                },
              },
            },
            b: {},
          },
        }),
      go,
    );
    expect({ mine, theirs }).toEqual({ mine: ['"b"'], theirs: ['"a"'] });
  });

  it("differs: the children of a machine that threw are stopped", async () => {
    const { mine, theirs } = await traces(
      (trace) =>
        createMachine({
          context: {},
          invoke: {
            src: createMachine({
              entry: raise({ type: "T" }, { delay: 5 }),
              on: { T: { actions: () => trace("orphan") } },
            }),
          },
          on: { GO: { actions: assign(boom) } },
        }),
      [...go, { pass: 10 }],
    );
    expect({ mine, theirs }).toEqual({ mine: [], theirs: ["orphan"] });
  });

  it("differs: custom actions before an error in the same step do not run", async () => {
    const { mine, theirs } = await traces(
      (trace) =>
        createMachine({ context: {}, on: { GO: { actions: [() => trace("before"), assign(boom)] } } }),
      go,
    );
    expect({ mine, theirs }).toEqual({ mine: [], theirs: ["before"] });
  });

  it("differs: a custom action that throws leaves the state after its step, with status error", async () => {
    const { here, there } = await traces(
      () =>
        createMachine({
          initial: "a",
          states: { a: { on: { GO: { target: "b", actions: boom } } }, b: {} },
        }),
      go,
    );
    expect(here).toMatchObject({ status: "error", value: "b" });
    expect(there).toMatchObject({ status: "error", value: "a" });
  });

  it("differs: a later timer of the same id replaces the earlier", async () => {
    const twice = () =>
      createMachine({
        context: { n: 0 },
        on: {
          GO: { actions: raise({ type: "T" }, { delay: 5, id: "t" }) },
          T: { actions: assign({ n: ({ context }) => context.n + 1 }) },
        },
      });
    const { here, there } = await traces(twice, [...go, ...go, { pass: 10 }]);
    expect(here).toMatchObject({ context: { n: 1 } });
    expect(there).toMatchObject({ context: { n: 2 } });
  });

  it("differs: inside a step a child's snapshot is known only where it was asked for", () => {
    const kid = createMachine({ context: { n: 1 } });
    const one = bench(
      setup({
        types: { context: {} as { ref: AnyActorRef; n: number } },
        actors: { kid },
      }).createMachine({
        context: ({ spawn }) => ({ ref: spawn("kid", { id: "kid" }), n: 0 }),
        on: { GO: { actions: assign({ n: ({ context }) => context.ref.getSnapshot().context.n }) } },
      }),
    );
    one.send({ type: "GO" });
    const { snapshot } = one.last.state;
    expect(snapshot.status).toBe("error");
    expect(TroupeError.is(snapshot.error, "SNAPSHOT_UNKNOWN")).toBe(true);
  });

  it("differs: an error that came through a record is an Error with its name, message and code, of no other class", () => {
    const stepper = bareStepper();
    class Odd extends Error {
      override readonly name = "Odd";
      readonly code = 7;
    }
    const revived = stepper.decode(stepper.encodeError(new Odd("strange")));
    expect(revived).toBeInstanceOf(Error);
    expect(revived).not.toBeInstanceOf(Odd);
    expect(revived).toMatchObject({ name: "Odd", message: "strange", code: 7 });
  });
});

describe("refused:", () => {
  it("refused: spawn of logic without a name, also in the context", () => {
    const nameless = createMachine({});
    const hint = expect.objectContaining({
      code: "MACHINE_UNSUPPORTED",
      hint: expect.stringContaining("setup({ actors })"),
    });
    expect(() => bench(createMachine({ context: ({ spawn }) => ({ ref: spawn(nameless) }) }))).toThrow(
      hint,
    );
    const later = bench(
      createMachine({
        context: {},
        on: { GO: { actions: assign(({ spawn }) => ({ ref: spawn(nameless) })) } },
      }),
    );
    expect(() => later.send({ type: "GO" })).toThrow(hint);
  });

  it("allowed: spawn of logic that setup knows, by the logic itself", () => {
    const kid = createMachine({});
    const one = bench(
      setup({ actors: { kid } }).createMachine({
        context: ({ spawn }) => ({ ref: spawn(kid) }),
      }),
    );
    expect(one.last.effects).toMatchObject([
      { type: "start", child: { src: "kid", address: "case/root:x1_0" } },
    ]);
  });

  it("refused: actor logic with a start of its own", () => {
    const odd = { ...fromTransition((state: number) => state, 0), start() {} };
    const machine = setup({ actors: { odd } }).createMachine({ invoke: { src: "odd" } });
    expect(() => bench(machine)).toThrow(expect.objectContaining({ code: "MACHINE_UNSUPPORTED" }));
  });

  it.each([
    ["a Date", new Date()],
    ["undefined", undefined],
    ["a function", () => {}],
    ["a Map", new Map()],
    ["NaN", Number.NaN],
  ])("refused: %s in an event that a machine sends, with its path", (_, bad) => {
    const one = bench(
      createMachine({
        on: {
          GO: { actions: sendTo(({ self }) => self, { type: "X", deep: [{ bad }] }) },
          EMIT: { actions: emit({ type: "E", bad }) },
        },
      }),
    );
    expect(() => one.send({ type: "GO" })).toThrow(
      expect.objectContaining({
        code: "JSON_INVALID",
        message: expect.stringContaining(".deep[0].bad"),
      }),
    );
    expect(() => one.send({ type: "EMIT" })).toThrow(expect.objectContaining({ code: "JSON_INVALID" }));
  });

  it("warned once: a sendTo without a target, a spawnChild without an id", () => {
    const said: string[] = [];
    const one = bench(
      setup({ actors: { kid: createMachine({}) } }).createMachine({
        on: {
          LOST: { actions: sendTo(() => undefined as unknown as AnyActorRef, { type: "X" }) },
          SELF: { actions: sendTo(({ self }) => self, { type: "X" }) },
          KID: { actions: spawnChild("kid") },
        },
      }),
      { logger: (text) => void said.push(String(text)), strict: false },
    );
    one.send({ type: "SELF" });
    expect(said).toEqual([]);
    for (let i = 0; i < 2; i++) for (const type of ["LOST", "KID"]) one.send({ type });
    expect(said).toEqual([
      expect.stringContaining("found no target"),
      expect.stringContaining("without an id"),
    ]);
    expect(brief(one.last.effects)).toEqual(["start case/root:x6_0"]);
  });
});
