/** The kit, tested by itself: each law finds what it is for, and nothing where nothing is. */
import { readFileSync, rmSync } from "node:fs";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { load } from "../../src/actors/load.ts";
import { readingStepper } from "../../src/actors/client.ts";
import { TroupeError } from "../../src/errors.ts";
import { jsonlLog } from "../../src/events/log/jsonl.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import {
  coversEveryTransition,
  isPure,
  noStuckState,
  pathsOf,
  snapshotRoundTrip,
  type LawOptions,
} from "../../src/testing/index.ts";
import { z } from "zod";
import { recordsOf } from "../../src/testing/laws/keep.ts";
import { stageOf, type Tested } from "../../src/testing/walk/stage.ts";
import { stopsOf, walksOf } from "../../src/testing/walk/walks.ts";
import { parcel, parcelKind } from "../../examples/testing/parcel.ts";
import { DEAD_ENDS } from "./planted-dead-ends.ts";
import { IMPURITIES } from "./planted-impurities.ts";
import { LOSSES } from "./planted-losses.ts";
import { talking } from "./small-machine.ts";

const folder = "temp/laws-test";
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PLANTED = { ...IMPURITIES, ...DEAD_ENDS, ...LOSSES };
const LAWS = { isPure, noStuckState, snapshotRoundTrip };
const answers = {
  charge: fc.constantFrom({ output: "receipt" }, { error: new Error("card declined") }),
};

const TALKING = { kind: talking, answers: { work: fc.constantFrom({ output: 1 }, "hangs" as const) } };

async function broken(
  law: keyof typeof LAWS,
  tested: Tested,
  options: LawOptions = {},
): Promise<TroupeError> {
  const error: unknown = await LAWS[law](tested, { folder, ...options }).catch(
    (thrown: unknown) => thrown,
  );
  if (TroupeError.is(error, "LAW_BROKEN")) return error;
  throw new Error(`${law} says: ${String(error)}`);
}

describe("the laws", () => {
  it.each(Object.entries(PLANTED))("find %s", async (_, { law, bad, says }) => {
    expect((await broken(law, bad)).message).toMatch(says);
  });

  it.each(Object.entries(PLANTED))(
    "find nothing where there is no such thing: %s",
    async (_, { law, good }) => {
      await expect(LAWS[law](good, { folder, runs: 40 })).resolves.toBeUndefined();
    },
  );

  it("hold for a machine with children and timers", async () => {
    for (const law of Object.values(LAWS))
      await expect(law(TALKING, { folder, runs: 40 })).resolves.toBeUndefined();
  });

  it("hold for the parcel", async () => {
    for (const law of Object.values(LAWS))
      await expect(law({ kind: parcel, answers }, { folder, runs: 40 })).resolves.toBeUndefined();
  });

  it("let a state be that is named", async () => {
    const bad = parcelKind("state without a way out");
    await noStuckState({ kind: bad, answers }, { folder, runs: 20, except: ["unpaid"] });
    await expect(noStuckState({ kind: bad, answers }, { folder, runs: 20 })).rejects.toThrow("unpaid");
  });
});

describe("what would test nothing is an error", () => {
  const kind = parcel;
  it.each(Object.entries(LAWS))("a name in `answers` that nothing has: %s", async (_, law) => {
    await expect(law({ kind, answers: { ...answers, chrage: answers.charge } })).rejects.toMatchObject({
      code: "USAGE",
      message:
        '`answers` names "chrage", which no machine of kind "parcel" starts\n  hint:   Write "charge".', // a runner prints the message alone
      hint: 'Write "charge".',
    });
  });

  it.each(Object.entries(LAWS))("an activity that can only fail: %s", async (_, law) => {
    await expect(law(kind)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(
        'nothing says what "charge" answers, so it only fails: `onDone` in state parcel.paying of kind "parcel" would not be tested\n',
      ),
      hint: expect.stringContaining("Give answers.charge of the subject"),
    });
    const charge = fc.constant({ error: new Error("no") });
    const little = { runs: 5, limit: 10 };
    await expect(law({ kind, answers: { charge } }, little)).resolves.toBeUndefined(); // it is said
  });

  it("takes what the kind itself says of its answers", async () => {
    const own = { ...kind, answers: { charge: z.enum(["receipt 1"]) } };
    const { covered } = pathsOf(own);
    expect(covered.join()).toContain("parcel.paying -> xstate.done");
    expect(covered.join()).toContain("parcel.paying -> xstate.error");
    await expect(isPure(own, { runs: 5 })).resolves.toBeUndefined();
  });

  it("a state in `except` that there is not", async () => {
    const law = (except: string) => noStuckState({ kind, answers }, { runs: 5, except: [except] });
    await expect(law("unpayed")).rejects.toMatchObject({
      code: "USAGE",
      message: 'kind "parcel" has no state "unpayed", which `except` names\n  hint:   Write "unpaid".',
      hint: 'Write "unpaid".',
    });
    await expect(law('{"a":"b"}')).rejects.toMatchObject({ code: "USAGE" });
    await expect(law("unpaid")).resolves.toBeUndefined();
  });
});

describe("an assign that mutates", () => {
  const kind = parcelKind("assign that mutates");
  const others = { ...LAWS, coversEveryTransition };
  it.each(Object.entries(others))("is what %s says is wrong", async (_, law) => {
    await expect(law({ kind, answers }, { folder, seed: 3 })).rejects.toMatchObject({
      message: expect.stringMatching(
        /does not hold for kind "parcel": a step changes its context in place\n {2}where: {2}context\.items\[0\]/,
      ),
      data: expect.objectContaining({ at: "context.items[0]" }),
    });
  });
});

describe("a report", () => {
  it("shows the shortest history, where it differs, and how to see it again", async () => {
    const { message, data, hint } = await broken("isPure", {
      kind: parcelKind("assign that mutates"),
      answers,
    });
    const lines = message.split("\n").map((line) => line.trim());
    expect(lines[0]).toBe(
      'isPure does not hold for kind "parcel": a step changes its context in place',
    );
    expect(lines).toContain("where:  context.items[0]");
    expect(lines.filter((line) => /^\d+ {2}/.test(line))).toHaveLength(2);
    expect(lines).toContain(
      `again:  isPure of the same subject with { seed: ${String(data["seed"])} }`,
    );
    expect(hint).toMatch(/^Return new objects/);
  });

  it("comes out the same for the same seed", async () => {
    const tested = { kind: parcelKind("guard on the clock"), answers };
    const [one, two] = [
      await broken("isPure", tested, { seed: 5 }),
      await broken("isPure", tested, { seed: 5 }),
    ];
    expect(one.message).toBe(two.message);
  });

  it("leaves a log that can be replayed, up to the move that cannot be recorded", async () => {
    const kind = parcelKind("state without a way out");
    const { data, message } = await broken("noStuckState", { kind, answers });
    const file = String(data["file"]);
    expect(message).toContain(`troupe replay ${file} --kinds`);
    await using log = await jsonlLog(file);
    const kinds = new Map([["parcel", kind]]);
    const fold = await load({ log, kinds, stepper: readingStepper(kinds) }, "parcel/kit", {
      snapshots: false,
    });
    expect(fold?.state.snapshot).toMatchObject({ value: "unpaid" });
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength((fold?.seq ?? 0) + 1);
  });

  it("says so where no log can be written", async () => {
    const tested = { kind: parcelKind("guard on the clock"), answers };
    const { message } = await broken("isPure", tested, { folder: "package.json/no" });
    expect(message).toContain("log:    none can be written");
  });
});

describe("a walk", () => {
  const SUBJECTS: readonly Tested[] = [{ kind: parcel, answers }, TALKING];

  for (const tested of SUBJECTS) {
    const stage = stageOf(tested);
    const kinds = stage.kinds;

    test.prop([walksOf(stage, 15)], { numRuns: 60 })(
      `for every walk of ${stage.address}, its records replay to the state that it came to`,
      async (walk) => {
        const last = [...stopsOf(stage, walk)].at(-1);
        const { records, short } = recordsOf(stage, walk);
        expect(short).toBeUndefined();
        await using log = memoryLog();
        for (const record of records)
          await log.append(record.stream, [record], { expected: record.seq - 1 });
        const env = { log, kinds, stepper: readingStepper(kinds) };
        const fold = await load(env, stage.address, { snapshots: false });
        const lived = last?.moved.place?.fold;
        if (fold === undefined || lived === undefined) throw new Error("nothing was recorded");
        expect(fold.seq).toBe(lived.seq);
        expect(env.stepper.hash(fold.state, [])).toBe(stage.stepper.hash(lived.state, []));
        expect([...fold.timers.keys()]).toEqual([...lived.timers.keys()]);
        expect([...fold.residents.keys()]).toEqual([...lived.residents.keys()]);
      },
    );

    test.prop([walksOf(stage, 15)], { numRuns: 30 })(
      `for every walk of ${stage.address}, going it again comes to the same records`,
      (walk) => {
        expect(recordsOf(stage, walk)).toEqual(recordsOf(stage, walk));
      },
    );
  }

  it("comes to all that can happen to an actor", () => {
    const stage = stageOf({ kind: parcel, answers });
    const seen = new Set<string>();
    for (const walk of fc.sample(walksOf(stage, 20), { numRuns: 300, seed: 2 }))
      for (const { move, moved } of stopsOf(stage, walk)) {
        seen.add(move?.does ?? "start");
        seen.add(moved.outcome);
        for (const one of moved.taken) seen.add(one);
      }
    expect([...seen]).toEqual(
      expect.arrayContaining(["start", "send", "end", "fire", "refused", "recorded"]),
    );
    expect([...seen].join()).toContain("parcel.unpaid -> PAY");
  });
});
