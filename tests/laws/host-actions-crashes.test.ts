/** A3, A8, A11, A12, A14: detached starts and addressed sends, owed by a host that dies. */
import { describe, expect, it } from "vitest";
import type { CrashPoint } from "../../src/actors/runtime.ts";
import { ENGINES, type Engine } from "../support/laws-bench.ts";
import { stubborn } from "../support/laws-crash.ts";
import { teamKinds } from "../support/laws-lead.ts";
import { sameFromStart } from "../support/laws-rollover.ts";

const [memory, sqlite] = ENGINES as readonly [Engine, Engine]; // as they stand there

interface Crashing {
  readonly checkpointEvery?: number;
  readonly snapshotEvery?: number;
  /** Only each so manieth moment. */
  readonly every?: number;
}

/** A host that dies at the nth moment of a kind, for every n up to where none does. @returns how many died. */
async function crashes(
  bench: Engine["bench"],
  point: CrashPoint,
  { every = 1, ...options }: Crashing,
): Promise<number> {
  let crashes = -1;
  for (let nth = 1, crashed = true; crashed && nth < 60; nth += every) {
    crashes += 1;
    crashed = false;
    let left = nth;
    const at = (where: string): void => {
      if (where !== point || --left !== 0) return;
      crashed = true;
      throw new Error("crash");
    };
    await using b = await bench();
    const user = stubborn(b, teamKinds(), { at, ...options });
    await user.ask((host) => host.start("lead/r"));
    const hire = { type: "HIRE" as const, id: "a", jobs: [1, 2] };
    await user.ask((host) => host.actor("lead/r").send(hire, { id: "1" }));
    const tell = { type: "TELL" as const, to: "aide/r:a", jobs: [3] };
    await user.ask((host) => host.actor("lead/r").send(tell, { id: "2" }));
    await user.ask((host) => host.actor("lead/r").send({ ...hire, jobs: [4] }, { id: "3" }));
    await user.settle();
    await user.kill();
    await user.settle(); // the next one does nothing again
    expect((await user.ask((host) => host.read("lead/r"))).context).toEqual({
      heard: ["a 1", "a 2", "a 3", "a 4"],
      hired: 2,
    });
    const types = (await b.types("aide/r:a")).filter((type) => !type.startsWith("troupe."));
    expect(types).toEqual(Array(4).fill("aide.worked"));
    for (const one of ["lead/r", "aide/r:a"]) await sameFromStart(b, teamKinds(), one);
  }
  return crashes;
}

describe("detached starts and addressed sends in crashes", () => {
  it.each(["before-append", "after-append", "before-effect", "after-effect", "before-answer"] as const)(
    "A3, A8, A11, A12, A14: %s, at every moment, each is done once and in order, also from checkpoints and snapshots",
    async (point) => {
      for (const often of [{ checkpointEvery: 2 }, { snapshotEvery: 1 }]) {
        const options = { checkpointEvery: 1e9, snapshotEvery: 1e9, ...often };
        const died = await crashes(memory.bench, point, options);
        expect(died).toBeGreaterThan(8);
        expect(died).toBeLessThan(50);
      }
    },
  );

  it("A3, A8, A11, A12: also on disk", async () => {
    expect(await crashes(sqlite.bench, "after-append", { every: 4 })).toBeGreaterThan(2);
  });
});
