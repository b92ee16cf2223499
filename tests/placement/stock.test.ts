/** What a host must know of a partition, it knows of the log alone. */
import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { partitionStock } from "../../src/actors/placement/stock.ts";
import { archiveRuns } from "../../src/events/log/archive.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { NewRecord } from "../../src/events/log/log.ts";
import { record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";

const step = (id: string, status: string, owes: number): NewRecord =>
  record(id, {
    v: 1,
    version: "1",
    epoch: 1,
    state: "x",
    status,
    hash: "",
    owes,
    event: { type: "GO" },
  });

it("L9, A12: is known where the archives of the log are on another machine", async () => {
  await using home = await folder();
  await using log = memoryLog();
  await log.append("shop/s1", [step("a", "active", 1), step("b", "done", 0)], { expected: 0 });
  await log.append("shop/s2", [step("c", "active", 1)], { expected: 0 });
  const { runs } = await archiveRuns(log, { before: Number.MAX_SAFE_INTEGER, folder: home.path });
  expect(runs.map(({ root }) => root)).toEqual(["s1"]);
  await rm(home.path, { recursive: true });
  const stock = await partitionStock(log, 0);
  expect(await stock.openNow()).toEqual([{ address: "shop/s2", version: "1" }]);
});
