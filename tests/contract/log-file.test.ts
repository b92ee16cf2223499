/** Log files are there as a whole or not at all, and are never written over. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkLogFile } from "../../src/events/log/file/read.ts";
import type { Placed } from "../../src/events/log/file/format.ts";
import { writeLogFile } from "../../src/events/log/file/write.ts";
import { expectRejection, record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";

const header = { from: "memory:", partitions: 1, at: 1 };

async function* records(stream: string, over?: Promise<unknown>): AsyncGenerator<Placed> {
  yield { record: { ...record(stream), stream, seq: 1 } };
  await over;
}

it("of two that write one file at once, the one that is done first has it, whole", async () => {
  await using home = await folder();
  const path = join(home.path, "backup.jsonl");
  const slow = Promise.withResolvers<void>();
  const second = writeLogFile(path, header, records("shop/slow", slow.promise));
  await writeLogFile(path, header, records("shop/fast"));
  slow.resolve();
  await expectRejection(second, "FILE_EXISTS");
  expect([...(await checkLogFile(path)).tips.keys()]).toEqual(["shop/fast"]);
  expect(await readdir(home.path)).toEqual(["backup.jsonl"]);
});
