/** A3, A7, A8, A11, A12: a whole run migrates while its hosts die, before, in the middle and after. */
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect } from "vitest";
import type { CrashPoint } from "../../src/actors/runtime.ts";
import { ENGINES, type Bench, type Engine } from "../support/laws-bench.ts";
import { stubborn } from "../support/laws-crash.ts";
import { sameFromStart } from "../support/laws-rollover.ts";
import { firstTeam, LATE_MS, secondTeam, type TeamWorld } from "../support/laws-team.ts";
import { judgeTeam, teamOf } from "../support/team-judge.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there
const A = "team/t";

interface Crash {
  readonly point: CrashPoint;
  /** At which moment of this kind, counted from the last crash. */
  readonly nth: number;
}

const crash = fc.record<Crash>({
  point: fc.constantFrom(
    "before-append",
    "after-append",
    "before-effect",
    "after-effect",
    "before-answer",
    "in-activity",
  ),
  nth: fc.integer({ min: 1, max: 14 }),
});

/** Hosts that die one after the other, as planned, and then live. */
function dying(crashes: readonly Crash[]): (point: CrashPoint) => void {
  const left = crashes.map((one) => ({ ...one }));
  return (point) => {
    const [next] = left;
    if (next?.point !== point || --next.nth > 0) return;
    left.shift();
    throw new Error("crash");
  };
}

/** A team of the first version is told to go, and its host dies in the middle of it. */
async function begun(b: Bench, did: TeamWorld, first: Crash | undefined): Promise<void> {
  const options = first === undefined ? {} : { at: dying([first]) };
  const one = await b.start(firstTeam(did), options);
  const quietly = async (work: Promise<unknown>) => void (await work.catch(() => {}));
  await quietly(one.host.start(A));
  for (const id of ["g1", "g2"]) await quietly(one.host.actor(A).send({ type: "GO" } as never, { id }));
  await b.settle();
  await b.kill(one);
}

describe("a run of many actors", () => {
  test.prop(
    {
      first: fc.option(crash, { nil: undefined }),
      crashes: fc.array(crash, { maxLength: 4 }),
      late: fc.boolean(),
    },
    { numRuns: Number(process.env["TEAM_RUNS"] ?? 40) },
  )(
    "A3, A7, A8, A11, A12: wherever its hosts die while its code changes, each actor migrates once, and nothing is lost, counted twice or begun under two keys",
    async ({ first, crashes, late }) => {
      await using b = await memory.bench();
      const did: TeamWorld = { begun: [], noted: [] };
      await begun(b, did, first);
      if (late) await b.pass(LATE_MS + 1); // its timer is due while nobody lives
      const user = stubborn(b, secondTeam(did), { at: dying(crashes) });
      await user.ask((host) => host.start(A));
      for (const id of ["g1", "g2", "g3"])
        await user.ask(async (host) => {
          const sending = host.actor(A).send({ type: "GO" } as never, { id });
          await sending.catch((error: unknown) => {
            if ((error as { code?: unknown }).code !== "EVENT_REFUSED") throw error; // it was late
          });
        });
      await user.pass(LATE_MS + 1);
      expect(await user.ask((host) => host.parked())).toEqual([]);

      const addresses = teamOf("t");
      const records = new Map(
        await Promise.all(addresses.map(async (one) => [one, await b.records(one)] as const)),
      );
      judgeTeam("t", records);
      for (const address of addresses) await sameFromStart(b, secondTeam(did), address);
      expect(new Set(did.begun.map((line) => line.split(" ")[0])).size).toBeLessThanOrEqual(1);
      await user.kill();
    },
  );
});
