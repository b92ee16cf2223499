/** The public simulation and its laws: what is right passes, however odd; what is wrong is found, and told so that it can be mended. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { createMachine, setup } from "xstate";
import { z } from "zod";
import { TroupeError } from "../../src/errors.ts";
import {
  crashAnywhere,
  ignoresStaleCompletions,
  replayEqualsLive,
  simulate,
} from "../../src/testing/index.ts";
import { ODD, PLANTS, told } from "./kit-machines.ts";
import { orderSubject } from "./kit-order.ts";

const folder = mkdtempSync(path.join(tmpdir(), "kit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seed = 20;

/** What a broken law says of itself. */
const Data = z.looseObject({ faults: z.array(z.string()).optional(), seed: z.int(), file: z.string() });

async function broken(
  work: Promise<unknown>,
): Promise<z.infer<typeof Data> & Pick<TroupeError, "message" | "stack" | "hint">> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (TroupeError.is(error, "LAW_BROKEN")) return Object.assign(error, Data.parse(error.data));
  throw new Error(`no law was broken: ${String(error)}`);
}

describe("an order as a user writes it", () => {
  it("keeps every law, and its own activities never run", async () => {
    const { histories, happened, answered } = await simulate(orderSubject(), {
      runs: 25,
      seed,
      folder,
    });
    expect(histories).toBe(50);
    for (const what of ["kill", "takeover", "close"]) expect(happened).toHaveProperty(what);
    expect(answered["taken"]).toBeGreaterThan(60);
  });

  it("keeps them on hosts that share the log", async () => {
    const { happened } = await simulate(orderSubject(), { runs: 6, hosts: 2, seed, folder });
    expect(Object.keys(happened).length).toBeGreaterThan(3);
  });

  it("replays as it lived", async () => {
    const { happened } = await replayEqualsLive(orderSubject(), { runs: 10, seed, folder });
    expect(Object.keys(happened).filter((what) => /crash|kill|append|take/.test(what))).toEqual([]);
  });

  it("may die anywhere", async () => {
    const { happened, histories } = await crashAnywhere(orderSubject(), { seed: 7, runs: 30, folder });
    const crashes = Object.entries(happened).filter(([what]) => what.startsWith("crash "));
    expect(crashes.reduce((sum, [, times]) => sum + times, 0)).toBe(histories - 1); // each planned one happened
    expect(crashes.length).toBeGreaterThanOrEqual(5);
  });

  it("ignores what comes too late, and much does", async () => {
    const { late } = await ignoresStaleCompletions(orderSubject(), { runs: 15, seed, folder });
    expect(late).toBeGreaterThan(0);
  });

  it("gives the same histories by the same seed", async () => {
    const asked = { runs: 4, seed: 5, folder };
    expect(await simulate(orderSubject(), asked)).toEqual(await simulate(orderSubject(), asked));
  });
});

describe("what a simulation bears", () => {
  it.each(Object.entries(ODD))("%s", async (_, subject) => {
    const { histories } = await simulate(subject, {
      runs: 4,
      seed,
      folder,
      faults: ["kill", "append"],
    });
    expect(histories).toBeGreaterThan(4);
  });

  it("one that goes on for ever is left, and judged all the same", async () => {
    const subject = ODD["one that goes on for ever"] ?? told(PLANTS["chance"]?.right as never);
    const { endless } = await replayEqualsLive(subject, { runs: 3, seed, folder });
    expect(endless).toBeGreaterThan(0); // but where a user stops it
  });

  it("mute actions are noted and not run", async () => {
    let ran = 0;
    const machine = setup({ actions: { mail: () => void ran++ } }).createMachine({
      on: { GO: { actions: "mail" } },
    });
    await simulate(told(machine), { runs: 3, seed, folder, mute: ["mail"] });
    expect(ran).toBe(0);
    await simulate(told(machine), { runs: 3, seed, folder });
    expect(ran).toBeGreaterThan(3);
  });
});

describe("a user's mistake is found, and its right twin passes", () => {
  it.each(Object.entries(PLANTS))("%s", async (_, { wrong, right, said }) => {
    const error = await broken(simulate(told(wrong), { runs: 12, seed, folder }));
    expect(error.message).toMatch(said);
    await simulate(told(right), { runs: 6, seed, folder });
  });

  it("is told with its cause, where a machine asks the clock", async () => {
    const { wrong } = PLANTS["a guard on the clock"] ?? { wrong: undefined as never };
    const { message, ...error } = await broken(
      replayEqualsLive(told(wrong), { runs: 12, seed, folder }),
    );
    expect(message).toContain('why: isPure says of kind "odd": a step that asks Date comes to ');
    expect(message).toContain("it replays as it was lived, as long as your clock");
    expect(error.hint).toMatch(/^Take the time from now\(\)/);
    expect(error.file).toContain("replayEqualsLive-odd-");
  });

  it.each(["a guard on the clock", "an assign that changes in place"])(
    "is found by crashAnywhere, though its one history does not show it: %s",
    async (name) => {
      const { wrong, right } = PLANTS[name] ?? { wrong: undefined as never, right: undefined as never };
      const asked = { seed: 8, runs: 1, acts: 0, folder };
      const { message, file } = await broken(crashAnywhere(told(wrong), asked));
      expect(message).toMatch(
        /^crashAnywhere does not hold for kind "odd": a step (that asks Date comes to|changes its context in place)/,
      );
      expect(readFileSync(file, "utf8")).toContain('"type":"troupe.started"');
      await expect(crashAnywhere(told(right), asked)).resolves.toBeDefined();
    },
  );

  it("is told so that it can be met again, and its log can be replayed", async () => {
    const { wrong } = PLANTS["a guard on the clock"] ?? { wrong: undefined as never };
    const error = await broken(replayEqualsLive(told(wrong), { runs: 12, seed: 1, folder }));
    expect(error.message).toMatch(/shrunk to 2 acts, 0 faults, \d records/);
    expect(error.message).toContain("start odd/1");
    expect(error.message).toContain('send odd/1 {"type":"GO"}');
    expect(error.message).toContain("again: replayEqualsLive of the same subject with {");
    expect(error.message).toContain(`troupe replay ${error.file} --kinds`);
    const again = await broken(replayEqualsLive(told(wrong), { runs: 1, seed: error.seed, folder }));
    expect(again.faults).toEqual(error.faults);
    expect(existsSync(error.file)).toBe(true);
    expect(readFileSync(error.file, "utf8").trim().split("\n").length).toBeGreaterThanOrEqual(2);
    expect(error.stack).toContain("kit.test.ts");
  });

  it("events of which none fits are an error, not a test", async () => {
    const subject = { ...told(PLANTS["chance"]?.right as never), events: orderSubject().events };
    await expect(simulate(subject as never, { runs: 2, seed })).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  it("what it starts and waits for must have an answer", async () => {
    const { kind, answers = {} } = orderSubject();
    await expect(simulate(kind, { runs: 1, seed })).rejects.toMatchObject({
      code: "USAGE",
      hint: expect.stringContaining('Give answers["xstate.invoke.0.(machine).asking"]'),
    });
    const wrong = { kind, answers: { ...answers, charger: fc.constant("hangs" as const) } };
    await expect(simulate(wrong, { runs: 1, seed })).rejects.toMatchObject({ hint: 'Write "charge".' });
  });

  it("histories in which nothing comes too late are no test of what does", async () => {
    const quiet = { runs: 2, seed, folder };
    await expect(ignoresStaleCompletions(told(createMachine({})), quiet)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(
        "answered after it was left, in 4 histories: nothing was tested",
      ),
    });
  });

  it("a kind alone is sent what its schemas allow", async () => {
    const { kind } = told(createMachine({ on: { GO: {} } }));
    const { histories, records } = await simulate(kind, { runs: 5, seed, folder });
    expect(histories).toBe(10);
    expect(records).toBeGreaterThan(histories);
  });
});
