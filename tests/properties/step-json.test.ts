/** Values of machines as JSON and back, and the hash over them. */
import { fc, test } from "@fast-check/vitest";
import { createMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { canonical } from "../../src/actors/xstate/canonical.ts";
import { encodeLoose } from "../../src/actors/xstate/encode.ts";
import { NO_INCARNATIONS } from "../../src/actors/xstate/incarnations.ts";
import type { State } from "../../src/actors/xstate/contract.ts";
import { TroupeError } from "../../src/errors.ts";
import { assertJson } from "../../src/events/json.ts";
import { bareStepper, bench } from "../support/xstate-bench.ts";

const stepper = bareStepper();
const ref = (id: string) => stepper.decode({ xstate$$type: 1, id, addr: `case/root:${id}` });

/** Whatever an event may hold: JSON, refs and errors, and objects that look like our tags. */
const strict = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, 1.5, "", "text", "é"),
    fc.integer(),
    fc.string(),
    fc.constantFrom("a", "b").map(ref),
    fc.string().map((message) => new Error(message)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("troupe$", "xstate$$type", "addr", "__proto__")),
      tie("value"),
      { maxKeys: 4 },
    ),
    fc.constantFrom(
      { troupe$: "error" },
      { xstate$$type: 1, id: "x", addr: "case/x" },
      { troupe$: "undefined" },
    ),
  ),
})).value;

const loose = fc.oneof(
  strict,
  fc.constantFrom(undefined, Number.NaN, Infinity, 3n),
  fc.date(),
  fc.array(strict).map((items) => new Set(items)),
  fc.array(fc.tuple(fc.string(), strict)).map((entries) => new Map(entries)),
);

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  if ("sessionId" in value) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}

function stateOf(context: unknown): State {
  const snapshot = createMachine({}).resolveState({ value: {}, context: Object(context) });
  return { snapshot, incarnations: NO_INCARNATIONS, childSnapshots: {} };
}

describe("values as JSON", () => {
  test.prop({ value: strict })(
    "L7: for every value of an event, decode after encode gives it back, through strict JSON",
    ({ value }) => {
      const json = stepper.encode(value, "value");
      assertJson(json);
      const back = stepper.decode(JSON.parse(JSON.stringify(json)));
      expect(canonical(back)).toBe(canonical(value));
      expect(stepper.encode(back, "value")).toEqual(json);
    },
  );

  test.prop({ value: loose })("for every value of a context, too", ({ value }) => {
    const json = encodeLoose(value, "value");
    assertJson(json);
    expect(canonical(stepper.decode(JSON.parse(JSON.stringify(json))))).toBe(canonical(value));
  });

  it("L7: a ref comes back as the same object, an error with its facts", () => {
    expect(stepper.decode(stepper.encode({ at: [ref("a")] }, "v"))).toEqual({ at: [ref("a")] });
    expect(ref("a")).toBe(ref("a"));
    const error = new TroupeError("WAIT_TIMEOUT", "late", { hint: "Wait.", data: { ms: 5 } });
    expect(stepper.decode(stepper.encode(error, "v"))).toMatchObject({
      code: "WAIT_TIMEOUT",
      hint: "Wait.",
      data: { ms: 5 },
    });
    expect(TroupeError.is(stepper.decode(stepper.encode(error, "v")), "WAIT_TIMEOUT")).toBe(true);
  });

  it("what comes from outside cannot pass for a ref: encode makes it plain", () => {
    const forged = { xstate$$type: 1, id: "boss", addr: "case/boss" };
    expect(stepper.decode(stepper.encode(forged, "event"))).toEqual(forged);
  });

  it.each([
    [new Error("e")],
    ["text"],
    [{ status: 1 }],
    [undefined],
    [() => {}],
    [new Date()],
    [Object.assign(new Error("e"), { data: () => {} })],
  ])("L7: %s can be thrown and recorded", (thrown) => {
    expect(() => assertJson(stepper.encodeError(thrown))).not.toThrow();
  });

  it.each([
    [
      "a cycle",
      (() => {
        const one: Record<string, unknown> = {};
        one["self"] = one;
        return one;
      })(),
      "v.self",
    ],
    ["a class instance", { at: [new URL("a:b")] }, "v.at[0]"],
    ["a symbol", { at: Symbol("s") }, "v.at"],
    ["undefined", { at: undefined }, "v.at"],
  ])("refuses %s with its path", (_, value, path) => {
    expect(() => stepper.encode(value, "v")).toThrow(
      expect.objectContaining({ code: "JSON_INVALID", data: { path } }),
    );
  });
});

describe("the hash", () => {
  test.prop({ context: fc.dictionary(fc.string(), loose) })(
    "for every context, it does not depend on the order of keys, and survives JSON",
    ({ context }) => {
      const one = stateOf(context);
      expect(stepper.hash(stateOf(shuffled(context)), [])).toBe(stepper.hash(one, []));
      const identity = {
        address: "case/root",
        id: "root",
        logic: createMachine({}),
        syncSnapshot: false,
      };
      const json = JSON.stringify(stepper.persist(identity, one));
      const revived = bareStepper().revive(identity, JSON.parse(json));
      expect(stepper.hash(revived, [])).toBe(stepper.hash(one, []));
    },
  );

  const other = {
    address: "case/root:k~2",
    id: "k",
    src: "k",
    logicType: "machine",
    syncSnapshot: false,
  } as const;
  const base = stateOf({ a: 1, b: [1, 2] });
  const differing: readonly (readonly [string, string])[] = [
    ["context", stepper.hash(stateOf({ a: 2, b: [1, 2] }), [])],
    ["order in an array", stepper.hash(stateOf({ a: 1, b: [2, 1] }), [])],
    ["undefined in a context", stepper.hash(stateOf({ a: 1, b: [1, 2], c: undefined }), [])],
    [
      "status",
      stepper.hash(
        {
          ...base,
          snapshot: { ...base.snapshot, status: "stopped", output: undefined, error: undefined },
        },
        [],
      ),
    ],
    [
      "error",
      stepper.hash(
        {
          ...base,
          snapshot: { ...base.snapshot, status: "error", output: undefined, error: new Error("e") },
        },
        [],
      ),
    ],
    ["a start", stepper.hash(base, [{ type: "start", child: { ...other, address: "case/root:k" } }])],
    ["a start of another incarnation", stepper.hash(base, [{ type: "start", child: other }])],
    ["a stop", stepper.hash(base, [{ type: "stop", child: "case/root:k" }])],
    [
      "a timer",
      stepper.hash(base, [
        { type: "timer", timer: "t", to: "case/root", event: { type: "T" }, delayMs: 1 },
      ]),
    ],
    ["an action", stepper.hash(base, [{ type: "action", name: "a", run() {} }])],
    [
      "an action's params",
      stepper.hash(base, [{ type: "action", name: "a", params: { n: 1 }, run() {} }]),
    ],
  ];

  it.each(differing)("tells %s apart", (name, hash) => {
    const rest = differing.filter(([other]) => other !== name).map(([, it]) => it);
    expect([stepper.hash(base, []), ...rest]).not.toContain(hash);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it("does not see delays nor params that are no JSON", () => {
    const timer = (delayMs: number) => [
      { type: "timer", timer: "t", to: "case/root", event: { type: "T" }, delayMs } as const,
    ];
    expect(stepper.hash(base, timer(1))).toBe(stepper.hash(base, timer(2)));
    const action = (params?: unknown) => [
      { type: "action", name: "a", ...(params !== undefined && { params }), run() {} } as const,
    ];
    expect(stepper.hash(base, action({ f() {} }))).toBe(stepper.hash(base, action()));
  });

  it("covers history, and children by address", () => {
    const logic = createMachine({
      initial: "a",
      states: {
        a: {
          initial: "x",
          states: { x: { on: { NEXT: "y" } }, y: {}, h: { type: "history" } },
          on: { GO: "b" },
        },
        b: { on: { BACK: "a.h" } },
      },
    });
    const [one, two] = [bench(logic), bench(logic)];
    two.send({ type: "NEXT" });
    for (const each of [one, two]) each.send({ type: "GO" });
    expect(one.last.state.snapshot).toMatchObject({ value: "b" });
    expect(one.stepper.hash(one.last.state, [])).not.toBe(two.stepper.hash(two.last.state, []));
    const child = (addr: string): State => ({
      ...base,
      snapshot: {
        ...base.snapshot,
        children: { k: stepper.decode({ xstate$$type: 1, id: "k", addr }) },
      } as unknown as State["snapshot"],
    }); // a snapshot with one child
    expect(stepper.hash(child("case/root:k"), [])).not.toBe(stepper.hash(child("case/root:k~2"), []));
  });

  it("can leave the context out", () => {
    const without = { context: false };
    expect(stepper.hash(stateOf({ a: 1 }), [], without)).toBe(
      stepper.hash(stateOf({ a: 2 }), [], without),
    );
  });
});
