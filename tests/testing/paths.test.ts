/** Paths through machines: every transition that can be taken is, and what cannot be is named. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign, raise, sendParent, setup } from "xstate";
import { z } from "zod";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TroupeError } from "../../src/errors.ts";
import { activity, defineKind } from "../../src/index.ts";
import { coversEveryTransition, pathsOf } from "../../src/testing/index.ts";
import { stageOf, type Tested } from "../../src/testing/walk/stage.ts";
import { stopsOf } from "../../src/testing/walk/walks.ts";
import { parcel, parcelKind } from "../../examples/testing/parcel.ts";

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GO") }),
  z.strictObject({ type: z.literal("BACK") }),
  z.strictObject({ type: z.literal("TAKE"), id: z.string() }),
]);
const build = setup({
  types: {
    context: {} as { readonly n: number; readonly id: string },
    events: {} as z.infer<typeof Event> | { readonly type: "TOLD" } | { readonly type: "LATE" },
  },
  actors: {
    work: activity(async ({ input }: { readonly input: unknown }) => ({ fine: input !== 0 })),
    child: setup({ types: { events: {} as { type: "ANY" } } }).createMachine({
      initial: "a",
      states: { a: { entry: sendParent({ type: "TOLD" }), always: "b" }, b: { type: "final" } },
    }),
  },
  guards: { isFine: ({ event }) => Object(Object(event).output).fine === true },
});
type Config = Parameters<typeof build.createMachine>[0];
const context = { n: 0, id: "k-1" };

function kindOf(config: Config) {
  const machine = build.createMachine({ id: "m", ...config });
  return defineKind({ kind: "m", version: "1", machine, events: Event });
}

const done = { type: "final" } as const;
const answers = { work: fc.constantFrom({ output: { fine: true } }, { output: { fine: false } }) };

const MACHINES: Readonly<Record<string, Tested>> = {
  "the parcel": {
    kind: parcel,
    answers: { charge: fc.constantFrom({ output: "r" }, { error: new Error("declined") }) },
  },
  "an activity with several outcomes": {
    kind: kindOf({
      context,
      initial: "a",
      states: {
        a: {
          invoke: { src: "work", onDone: [{ guard: "isFine", target: "b" }, { target: "c" }] },
          after: { 100: "c" },
        },
        b: done,
        c: { on: { GO: "a" } },
      },
    }),
    answers,
  },
  "a failing activity": {
    kind: kindOf({
      context,
      initial: "a",
      states: { a: { invoke: { src: "work", onError: "b" } }, b: done },
    }),
  },
  "a delayed word to itself": {
    kind: kindOf({
      context,
      initial: "a",
      states: { a: { entry: raise({ type: "LATE" }, { delay: 50 }), on: { LATE: "b" } }, b: done },
    }),
  },
  "a count to three": {
    kind: kindOf({
      context,
      initial: "a",
      states: {
        a: {
          on: {
            GO: [
              { guard: ({ context: { n } }) => n >= 3, target: "b" },
              { actions: assign({ n: ({ context: { n } }) => n + 1 }) },
            ],
          },
        },
        b: done,
      },
    }),
  },
  "an id that the context says": {
    kind: kindOf({
      context,
      initial: "a",
      states: {
        a: { on: { TAKE: { guard: ({ context: { id }, event }) => event.id === id, target: "b" } } },
        b: done,
      },
    }),
  },
  "a child that tells and ends": {
    kind: kindOf({
      context,
      initial: "a",
      states: {
        a: {
          invoke: { src: "child", onDone: "b", onError: "c" },
          on: { TOLD: { actions: assign({ n: 1 }) } },
        },
        b: done,
        c: done,
      },
    }),
    answers: { child: fc.constantFrom({ output: null }, { error: new Error("no") }) },
    messages: fc.constant({ type: "TOLD" }),
  },
  "a word that names what its child was given": {
    kind: kindOf({
      context,
      initial: "a",
      states: {
        a: {
          invoke: { src: "work", input: () => ({ ticket: "t-93417" }) },
          on: { TOLD: { guard: ({ event }) => Object(event).ticket === "t-93417", target: "b" } },
        },
        b: done,
      },
    }),
    answers: { work: fc.constant("hangs") },
    messages: fc.record({ type: fc.constant("TOLD"), ticket: fc.string() }),
  },
  "parts, histories and what happens at once": {
    kind: kindOf({
      context,
      type: "parallel",
      states: {
        left: {
          initial: "off",
          states: {
            off: { on: { GO: "on" } },
            on: {
              initial: "low",
              states: { low: { on: { TAKE: "high" } }, high: {}, back: { type: "history" } },
              on: { BACK: "off" },
            },
          },
        },
        right: {
          initial: "x",
          states: {
            x: { on: { GO: "y" } },
            y: { always: [{ guard: ({ context: { n } }) => n > 5, target: "z" }, { target: "x" }] },
            z: {},
          },
        },
      },
    }),
  },
};
/** Each start leads to one of its ends. */
const byInput = setup({
  types: { context: {} as { n: number }, input: {} as { n: number } },
}).createMachine({
  id: "m",
  context: ({ input }) => ({ n: input.n }),
  initial: "a",
  states: {
    a: {
      on: {
        GO: [
          { guard: ({ context: { n } }) => n < 40, target: "low" },
          { guard: ({ context: { n } }) => n < 60, target: "middle" },
          { target: "high" },
        ],
      },
    },
    low: done,
    middle: done,
    high: done,
  },
});

/** What no path can take there. */
const IMPOSSIBLE: Readonly<Record<string, readonly string[]>> = {
  "parts, histories and what happens at once": ["m.right.y -> always -> m.right.z"],
};

describe("paths", () => {
  it.each(Object.entries(MACHINES))("take every transition that can be taken: %s", (name, tested) => {
    const { missed, covered, unreached } = pathsOf(tested);
    expect(missed).toEqual(IMPOSSIBLE[name] ?? []);
    expect(covered.length).toBeGreaterThan(0);
    expect(unreached).toEqual(IMPOSSIBLE[name] === undefined ? [] : ["m.right.z"]);
  });

  it.each(Object.entries(MACHINES))("can be walked, and take what they say: %s", (_, tested) => {
    const stage = stageOf(tested);
    const { paths, covered } = pathsOf(tested);
    const taken = paths.map(({ walk }) =>
      [...stopsOf(stage, walk)].flatMap(({ moved }) => moved.taken),
    );
    expect(taken).toEqual(paths.map((path) => path.taken));
    expect(new Set(taken.flat())).toEqual(new Set(covered));
  });

  it("come out the same for the same seed, and are few", () => {
    const tested = MACHINES["the parcel"] ?? { kind: parcel };
    const one = pathsOf(tested, { seed: 4 });
    expect(pathsOf(tested, { seed: 4 })).toEqual(one);
    expect(one.paths.length).toBeLessThan(12);
  });

  it("tell states apart by what is asked for", () => {
    const counts = pathsOf(
      {
        kind: kindOf({
          context,
          initial: "a",
          states: {
            a: {
              on: {
                GO: [
                  { guard: ({ context: { n } }) => n >= 7, target: "b" },
                  { actions: assign({ n: ({ context: { n } }) => n + 1 }) },
                ],
              },
            },
            b: done,
          },
        }),
      },
      { by: (known) => Object(known).n },
    );
    expect(counts.missed).toEqual([]);
    expect(counts.paths.at(-1)?.walk.moves).toHaveLength(8);
  });
});

it("paths begin with each input that is sampled", () => {
  const input = z.strictObject({ n: z.int().min(10).max(99) });
  const events = z.object({ type: z.literal("GO") });
  const kind = defineKind({ kind: "m", version: "1", machine: byInput, events, input });
  expect(pathsOf(kind).missed).toEqual([]);
});

describe("coversEveryTransition", () => {
  it("holds where all are taken", async () => {
    const law = coversEveryTransition(MACHINES["the parcel"] ?? { kind: parcel });
    await expect(law).resolves.toBeUndefined();
  });

  it("names those that cannot be, and the states that are never entered", async () => {
    const tested = MACHINES["parts, histories and what happens at once"] ?? { kind: parcel };
    await expect(coversEveryTransition(tested)).rejects.toThrow(
      /no path takes 1 of 6 transitions\n {2}where: {2}m\.right\.y -> always -> m\.right\.z\n/,
    );
    await expect(coversEveryTransition(tested)).rejects.toThrow(
      "states that no path enters: m.right.z",
    );
    await coversEveryTransition(tested, { except: ["m.right.y -> always -> m.right.z"] });
  });

  it("leads to where a missed transition begins, leaves a log of that, and says how to see it again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "paths-"));
    const tested = { kind: parcelKind(), answers: { charge: fc.constant({ output: "r" }) } };
    const law = coversEveryTransition(tested, { folder, seed: 4, limit: 100 });
    const error: unknown = await law.catch((thrown: unknown) => thrown);
    if (!TroupeError.is(error, "LAW_BROKEN")) throw error;
    const [, history = ""] = error.message.split("history:\n");
    expect(history).toMatch(/start .*\n.*ADD .*\n.*PAY +→ paying\n\n/);
    expect(error.message).toContain("with { seed: 4, limit: 100 }");
    const lines = readFileSync(String(error.data["file"]), "utf8").trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "PAY", body: { state: "paying" } });
    rmSync(folder, { recursive: true });
  });

  it("names the answer that is missing", async () => {
    await expect(coversEveryTransition({ kind: parcel }, { limit: 50 })).rejects.toMatchObject({
      hint: expect.stringContaining("Give answers.charge"),
    });
  });

  it("says what is missing where an activity never fails", async () => {
    const tested = { kind: parcelKind(), answers: { charge: fc.constant({ output: "r" }) } };
    await expect(coversEveryTransition(tested, { limit: 100 })).rejects.toThrow(
      "xstate.error.actor.0.parcel.paying -> parcel.waiting",
    );
  });

  it("refuses an exception that is no transition", async () => {
    const law = coversEveryTransition({ kind: parcel }, { except: ["parcel.open -> PAID -> -"] });
    await expect(law).rejects.toMatchObject({ code: "USAGE" });
  });
});
