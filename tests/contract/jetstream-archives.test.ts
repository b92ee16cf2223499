/** L9 on JetStream: what a server lets be purged, and many gaps in a long stream. */
import { jetstreamManager } from "@nats-io/jetstream";
import { expect, it } from "vitest";
import { archiveRuns } from "../../src/events/log/archive.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { partitionStream } from "../../src/events/log/jetstream/link.ts";
import { expectRejection, record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const before = Number.MAX_SAFE_INTEGER;
const ended = { status: "done", owes: 0 };

it("L9: of a log whose streams deny it, nothing is archived, and nothing is changed", async () => {
  await using home = await folder();
  const name = freshName();
  const url = sharedNats.logUrl(name, "&partitions=2");
  {
    await using log = await jetstreamLog({ url });
    await log.append("workflow/r1", [record("a", ended)], { expected: 0 });
  }
  await using nc = await rawConnection(sharedNats.port);
  const { streams } = await jetstreamManager(nc);
  for (const p of [0, 1]) await streams.update(partitionStream(name, p), { deny_purge: true });
  await using log = await jetstreamLog({ url }); // as logs were made once
  const end = await log.end();
  const refused = archiveRuns(log, { before, folder: home.path });
  expect((await expectRejection(refused, "LOG_INCOMPATIBLE")).hint).toContain("troupe copy");
  expect(await log.end()).toBe(end);
  expect(await Array.fromAsync(log.read("workflow/r1"))).toHaveLength(1);
});

it("L5: hundreds of gaps are filled in order, and cost no time of their own", async () => {
  await using home = await folder();
  await using log = await jetstreamLog({ url: sharedNats.logUrl(freshName(), "&partitions=1") });
  const writes: Promise<number>[] = [];
  for (let n = 0; n < 300; n++) {
    writes.push(log.append(`workflow/r${n}`, [record(`r${n}`, ended)], { expected: 0 }));
    writes.push(log.append(`shop/s${n}`, [record(`s${n}`)], { expected: 0 }));
  }
  await Promise.all(writes);
  const was = (await Array.fromAsync(log.scan())).map(({ id }) => id);
  await archiveRuns(log, { before, folder: home.path });
  const began = performance.now();
  const found = (await Array.fromAsync(log.scan())).map(({ id }) => id).slice(0, was.length);
  expect(found).toEqual(was);
  expect(performance.now() - began).toBeLessThan(3_000);
});
