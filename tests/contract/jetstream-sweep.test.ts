/** L9 on JetStream: what a sweep does between two messages, and what is left when it dies there. */
import { setTimeout as sleep } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketOf } from "../../src/events/log/jetstream/bucket.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { expectRejection, record } from "../support/log-fixture.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";

let server: TestNats;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Longer than one payload takes to be stored, on a busy machine too. */
const GRACE_MS = 600;
const NOTHING = { removed: 0, bytes: 0 };
const big = (n: number) => ({ n, text: "x".repeat(300) });
const opened = (name: string) =>
  jetstreamLog({ url: server.logUrl(name, "&partitions=1"), payloadLimit: 250 });
/** Stores a body apart; its record is refused. */
const left = (log: EventLog, body: ReturnType<typeof big>) =>
  expectRejection(log.append("left/l", [record("left", body)], { expected: 99 }), "LOG_WRONG_SEQUENCE");

describe("a sweep on JetStream", () => {
  it("L9: content that lost its name, as when a sweep or a writer dies, is swept by its age", async () => {
    const name = freshName();
    await using log = await opened(name);
    const body = { n: 2, text: "x".repeat(300_000) };
    await log.append("task/r1", [record("a", big(1))], { expected: 0 });
    await left(log, body);
    await using nc = await rawConnection(server.port);
    const { streams } = await jetstreamManager(nc);
    const stream = `OBJ_${bucketOf(name)}`;
    const last = await streams.getMessage(stream, { last_by_subj: `$O.${bucketOf(name)}.M.>` });
    await streams.purge(stream, { filter: last?.subject ?? "" });
    expect(await log.sweepPayloads({ graceMs: 60_000 })).toEqual({ ...NOTHING, kept: 1 });
    const size = Buffer.byteLength(JSON.stringify(body));
    expect(await log.sweepPayloads({ graceMs: 0 })).toEqual({ removed: 1, bytes: size, kept: 1 });
    expect(await log.sweepPayloads({ graceMs: 0 })).toEqual({ ...NOTHING, kept: 1 });
    expect(await Array.fromAsync(log.read("task/r1"))).toHaveLength(1);
  });

  it("L8: a body is stored once, by several handles at once too", async () => {
    const name = freshName();
    await using nc = await rawConnection(server.port);
    const { streams } = await jetstreamManager(nc);
    const [first, second] = [await opened(name), await opened(name)];
    await Promise.all([
      first.append("task/r1", [record("a", big(1))], { expected: 0 }),
      second.append("task/r2", [record("b", big(1))], { expected: 0 }),
    ]);
    await first.append("task/r1", [record("c", big(1))], { expected: 1 });
    const all = { subjects_filter: ">" };
    const { state } = await streams.info(`OBJ_${bucketOf(name)}`, all);
    expect(Object.values(state.subjects ?? {})).toEqual([1, 1]); // a name, a content
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  });

  it("L8: a body is stored by many appends at once", async () => {
    await using log = await opened(freshName());
    const roots = Array.from({ length: 12 }, (_, n) => `task/r${n}`);
    for (const expected of [0, 1])
      await Promise.all(
        roots.map((root) => log.append(root, [record(`${root} ${expected}`, big(1))], { expected })),
      );
    expect(await Array.fromAsync(log.scan())).toHaveLength(24);
  });

  it("L9: what is stored again while the records are read stays", async () => {
    const name = freshName();
    await using log = await opened(name);
    const records = Array.from({ length: 1000 }, (_, n) => record(`r${n}`));
    for (let seq = 0; seq < 5000; seq += 1000) await log.append("task/r1", records, { expected: seq });
    await left(log, big(1));
    await left(log, big(2));
    await using nc = await rawConnection(server.port);
    const again = Promise.withResolvers<unknown>();
    // the records are about to be read: all payloads were listed
    nc.subscribe("$JS.API.CONSUMER.CREATE.>", {
      max: 1,
      callback: () => again.resolve(left(log, big(1))),
    });
    await nc.flush();
    const swept = await log.sweepPayloads({ graceMs: 0 });
    await again.promise;
    expect(swept).toMatchObject({ removed: 1, kept: 1 });
    expect(await log.append("task/r2", [record("a", big(1))], { expected: 0 })).toBe(1);
    expect((await Array.fromAsync(log.read("task/r2")))[0]?.body).toEqual(big(1));
  });

  it("L9: of a writer and a sweep at the same time, no name is left without its content", async () => {
    const name = freshName();
    const [log, sweeper] = [await opened(name), await opened(name)];
    await using nc = await rawConnection(server.port);
    const bucket = await new Objm(nc).create(bucketOf(name));
    const bodies = Array.from({ length: 40 }, (_, n) => big(n));
    for (let round = 0; round < 4; round++) {
      let writing = true;
      // each of them is old enough to go, and stored again
      const writes = (async () => {
        for (const body of bodies) await left(log, body);
      })();
      const written = writes.finally(() => (writing = false));
      while (writing) await sweeper.sweepPayloads({ graceMs: GRACE_MS });
      await written;
      await sleep(GRACE_MS);
      for (const object of await bucket.list())
        expect(await bucket.getBlob(object.name)).toHaveLength(object.size);
    }
    await log[Symbol.asyncDispose]();
    await sweeper[Symbol.asyncDispose]();
  });
});
