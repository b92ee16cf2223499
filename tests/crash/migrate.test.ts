/** A3, A11: a process that is killed while it migrates many actors, again and again, on a file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { createHost } from "../../src/actors/host.ts";
import { parseBody } from "../../src/events/record.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { firstTeam, LATE_MS, secondTeam, type TeamWorld } from "../support/laws-team.ts";
import { folder } from "../support/log-sqlite.ts";
import { judgeTeam, teamOf } from "../support/team-judge.ts";

const ROOTS = ["t1", "t2", "t3"];
const CHILD = join(import.meta.dirname, "../support/migrate-child.ts");

/** Each is killed at this migration of its own. */
const LIVES = [
  [1, "in"],
  [3, "after"],
  [2, "before"],
  [2, "in"],
] as const;

it(
  "A3, A11: each actor migrates once, and nothing is lost or counted twice",
  { timeout: 60_000 },
  async () => {
    await using place = await folder();
    const path = join(place.path, "log.db");
    const did: TeamWorld = { begun: [], noted: [] };
    for (const [index, root] of ROOTS.entries()) {
      // what it sends is on its way, and what it acts on is in doubt
      let left = Number.POSITIVE_INFINITY;
      const at = (point: string): void => {
        if (point === "before-effect" && --left === 0) throw new Error("crash");
      };
      const log = sqliteLog({ path });
      const host = await createHost({ log, kinds: firstTeam(did), at });
      const team = await host.start(`team/${root}`);
      left = 1 + index;
      await team.send({ type: "GO" } as never).catch(() => {});
      if (!host.failed.aborted) await once(host.failed, "abort");
      await host[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    }
    for (const [nth, where] of LIVES) {
      const child = spawn(process.execPath, [CHILD, path, String(nth), where], { stdio: "inherit" });
      const [, signal] = (await once(child, "exit")) as [number | null, string | null];
      expect(signal).toBe("SIGKILL");
    }
    await using log = sqliteLog({ path });
    const clock = { ...systemClock, now: () => Date.now() + LATE_MS };
    await using host = await createHost({ log, kinds: secondTeam(did), clock });
    for (const root of ROOTS) {
      await host.start(`team/${root}`);
      await host.actor(`team/${root}`).waitFor(({ status }) => status === "done");
      const records = new Map<string, { type: string; body: ReturnType<typeof parseBody> }[]>();
      for (const address of teamOf(root))
        records.set(
          address,
          await Array.fromAsync(log.read(address), ({ type, body }) => ({
            type,
            body: parseBody(body, address),
          })),
        );
      judgeTeam(root, records);
    }
    expect(await host.parked()).toEqual([]);
  },
);
