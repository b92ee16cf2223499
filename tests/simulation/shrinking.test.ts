/** A failure is shrunk to what it needs, says how to see it again, and leaves a log that `troupe replay` reads. */
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedOf } from "../../src/testing/dice.ts";
import { planOf } from "../../src/testing/plan.ts";
import { shortest, simulate, type Drama } from "../../src/testing/simulation.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { drillDrama } from "./drills.ts";
import { explain } from "./series.ts";

/** A law that machines break which do what they should: no desk may get a temp. */
function noTemps(): Drama {
  const drama = drillDrama();
  const own: Drama["laws"]["own"] = ({ actors, fault }) => {
    for (const { address, context } of actors.values())
      if (Number(context["temps"]) > 0) fault(`${address} has a temp`);
  };
  return { ...drama, laws: { ...drama.laws, own } };
}

async function failing(drama: Drama): Promise<number> {
  for (let n = 0; ; n++) {
    const seed = seedOf(3, n);
    const { faults, history } = await simulate(seed, drama);
    if (faults.length > 0 && history.plan.faults.length > 1) return seed;
  }
}

describe("a history that breaks a law", () => {
  const kinds = resolve("tests/simulation/kinds.ts");
  let bench: CliBench;
  beforeAll(() => void (bench = cliBench()));
  afterAll(() => bench[Symbol.dispose]());

  it("is shrunk to the acts that it needs, and to no fault", async () => {
    const drama = noTemps();
    const plan = planOf(await failing(drama), drama.story);
    const { history, faults } = await shortest(plan, drama);
    expect(faults).toEqual([expect.stringMatching(/^desk\/r\d has a temp$/)]);
    const { acts } = history.plan;
    expect([acts.at(0), acts.at(-1)]).toMatchObject([{ start: {} }, { send: { type: "TEMP" } }]);
    expect(acts.length).toBeLessThanOrEqual(3); // one more where time must pass between the two
    expect(history.plan.faults).toEqual([]);
    expect(history.plan.settings.fair).toBe(true);
  });

  it("is told with its seed, its command and its log, which replays", async () => {
    const drama = noTemps();
    const seed = await failing(drama);
    const { faults } = await simulate(seed, drama);
    const said = await explain(drama, { seed, faults }, bench.folder);
    expect(said).toContain(`npm run simulate -- --seed ${seed}`);
    expect(said).toMatch(/shrunk to [23] acts, 0 faults/);
    const path = `simulation-${seed}.jsonl`;
    const address = /desk\/r\d/.exec(said)?.[0] ?? "";
    const { code, out } = await bench.troupe(["replay", path, address, "--kinds", kinds]);
    expect([code, out]).toEqual([0, expect.stringMatching(/SEQ +STATE +RECORD[^]*TEMP/)]);
  });

  it.each<[string, (path: string) => string[], RegExp]>([
    ["no kinds", (path) => ["replay", path, "desk/r0"], /^KIND_UNKNOWN[^]*--kinds FILE/],
    ["no file", () => ["replay", "none.jsonl", "desk/r0"], /^LOG_NOT_FOUND/],
    [
      "no module",
      (path) => ["replay", path, "desk/r0", "--kinds", "none.mjs"],
      /^USAGE: --kinds none\.mjs/,
    ],
    [
      "a module without kinds",
      (path) => ["replay", path, "desk/r0", "--kinds", resolve("tests/support/plan.ts")],
      /^KIND_INVALID: .* exports no kinds/,
    ],
    [
      "kinds that are none",
      (path) => ["replay", path, "desk/r0", "--kinds", "kinds.mjs"],
      /^KIND_INVALID: .* exports no kinds/,
    ],
    ["a line that is none", () => ["replay", "bad.jsonl", "desk/r0"], /^LOG_CORRUPT: line 2 of/],
  ])("is not replayed with %s", async (_what, argv, said) => {
    const born = { v: 1, version: "1", epoch: 1, born: { id: "r0" }, state: {}, status: "active" };
    const record = { stream: "desk/r0", seq: 1, id: "i", type: "t", at: 1, correlation: "c" };
    const line = JSON.stringify({ ...record, body: { ...born, hash: "0", owes: 0 } });
    bench.write("good.jsonl", `${line}\n`);
    const machineless = '{ kind: "desk", version: "1", machine: {}, events: {} }';
    bench.write("kinds.mjs", `export const kinds = [${machineless}];`);
    bench.write("bad.jsonl", `${line}\nno`);
    const { code, err } = await bench.troupe(argv("good.jsonl"));
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(said);
  });
});
