/** L5, L9: scans of one handle that go on beside archiving, and beside each other. */
import { expect, it } from "vitest";
import { archiveRuns } from "../../src/events/log/archive.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import type { Scanned } from "../../src/events/log/log.ts";
import { folder } from "../support/log-sqlite.ts";
import { write } from "../support/projected.ts";

const closed = (stream: string) => ({ stream, owes: 0, status: "done" as const });
const placeOf = ({ stream, seq }: Scanned): string => `${stream}#${seq}`;

it("L5, L9: a scan reads what is archived while it goes on, whoever else has heard of the file first", async () => {
  await using home = await folder();
  const store = memoryStore();
  await using writer = memoryLog({ store });
  await using log = memoryLog({ store });
  let files = 0;
  const archive = () =>
    archiveRuns(writer, {
      before: Number.POSITIVE_INFINITY,
      folder: home.path,
      now: () => Date.UTC(2026, 0) + ++files,
    });
  await write(writer, [closed("workflow/a"), closed("workflow/a2")]);
  await archive();
  const over = new AbortController();
  const slow = log.scan({ live: true, signal: over.signal })[Symbol.asyncIterator]();
  const read: string[] = [];
  const next = async (): Promise<void> => {
    const { value, done } = await slow.next();
    if (done !== true) read.push(placeOf(value));
  };
  await next(); // out of the first file
  await write(writer, [closed("workflow/b"), { stream: "workflow/open", owes: 1 }]);
  await archive();
  await Array.fromAsync(log.scan()); // hears of the second file
  while (!read.includes("workflow/open#1")) await next();
  over.abort();
  expect(read.filter((place) => place.startsWith("workflow/"))).toEqual(
    expect.arrayContaining(["workflow/a#1", "workflow/a2#1", "workflow/b#1"]),
  );
  expect(new Set(read).size).toBe(read.length);
});

it("L5, L9: scans that begin at once behind an archiving all read what it has taken", async () => {
  await using home = await folder();
  const store = memoryStore();
  await using writer = memoryLog({ store });
  await using log = memoryLog({ store });
  await write(writer, [closed("workflow/a"), { stream: "workflow/open", owes: 1 }]);
  await archiveRuns(writer, { before: Number.POSITIVE_INFINITY, folder: home.path });
  const scans = await Promise.all(Array.from({ length: 4 }, () => Array.fromAsync(log.scan())));
  for (const scan of scans) expect(scan.map(placeOf)).toEqual(scans[0]?.map(placeOf));
  expect(scans[0]?.map(placeOf)).toContain("workflow/a#1");
});
