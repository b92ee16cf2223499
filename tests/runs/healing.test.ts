/** Self-healing over whole runs (T-H1): what earlier runs have shown to help is tried first. */
import { describe, expect, it } from "vitest";
import { openProjections } from "../../src/projections/runner.ts";
import { healing } from "../../src/projections/healing.ts";
import { DURABLE, endsOf, runBench, task, type RunBench } from "../support/run-bench.ts";

const failing = async () => {
  throw new Error("ValueError: 3");
};
const AGENTS = { a: failing, c: failing };
const plan = (agents: readonly string[]) => ({
  tasks: [task("t", "a", { heal: { agents } }), task("b", "works")],
});

/** Runs that begin together; each to its end. */
async function all(w: RunBench, names: readonly string[], agents: readonly string[]): Promise<void> {
  for (const run of names) await w.start(plan(agents), { run });
  const ended = async (run: string) =>
    (await w.host.actor(`workflow/${run}`).snapshot()).status === "done";
  for (const run of names)
    await w.until(`${run} is over`, async () => {
      await w.bench.pass(1_000);
      return ended(run);
    });
}

const triedIn = async (w: RunBench, run: string) =>
  (await w.facts("healing.tried")).flatMap(({ stream, data }) =>
    stream === `task/${run}:t` ? [data] : [],
  );

describe.each(DURABLE)("self-healing, on $name", (engine) => {
  it("S2-029: a pattern learned from ten runs influences which agent is chosen next, whatever crashed", async () => {
    await using w = await runBench(engine, { ...AGENTS, good: async () => ({ summary: "done" }) });
    const names = Array.from({ length: 10 }, (_, n) => `run-${n}`);
    await all(w, names.slice(0, 9), ["good"]);
    await all(w, ["early"], ["c", "good"]); // nine are too few
    expect((await triedIn(w, "early"))[0]).toMatchObject({ agent: "c" });
    await all(w, names.slice(9), ["good"]);
    await w.crash();
    await all(w, ["next"], ["c", "good"]);
    expect(await triedIn(w, "next")).toMatchObject([
      { strategy: "different_agent", agent: "good", subject: "a", confidence: 1, samples: 10 },
    ]);
    const log = await w.bench.open();
    await using projections = openProjections({ log, place: null });
    const rows = (await projections.rows(healing)).map(({ row }) => row);
    expect(rows).toContainEqual({
      subject: "a",
      reason: "implementation_bug",
      strategy: "different_agent",
      agent: "good",
      samples: 11,
      successes: 11,
    });
  });

  it("S2-028: a failure is tried again in another way, the host dying at each step", async () => {
    await using w = await runBench(engine, AGENTS);
    await w.start(plan(["c"]));
    for (const [n, delay] of [1_000, 2_000, 4_000].entries()) {
      await w.until("a step is tried", async () => (await triedIn(w, "r1")).length === n + 1);
      await w.crash();
      await w.gone(delay);
    }
    expect(endsOf(await w.over())).toBe("t=FAILED b=COMPLETED");
    expect((await triedIn(w, "r1")).map(({ strategy }) => strategy)).toEqual([
      "different_agent",
      "simpler_approach",
      "add_context",
    ]);
    expect(w.works.filter(({ task: id }) => id === "t").map(({ agent }) => agent)).toEqual([
      "a",
      "c",
      "a",
      "a",
    ]);
  });
});
