/** What a JetStream log refuses when it is opened, each with a code and a hint. */
import { createServer } from "node:net";
import { once } from "node:events";
import { DiscardPolicy, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ErrorCode, TroupeError } from "../../src/errors.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { bucketConfig } from "../../src/events/log/jetstream/bucket.ts";
import { partitionStream, stateStream } from "../../src/events/log/jetstream/link.ts";
import { idsOf, record } from "../support/log-fixture.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";

let server: TestNats;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Expects that opening is refused with this code and a hint; gives the error back. */
async function expectRefused(
  options: Parameters<typeof jetstreamLog>[0],
  code: ErrorCode,
): Promise<TroupeError> {
  const error: unknown = await jetstreamLog(options).then(
    async (log) => {
      await log[Symbol.asyncDispose]();
      return new Error(`opened, expected ${code}`);
    },
    (reason: unknown) => reason,
  );
  if (!TroupeError.is(error, code)) throw error;
  expect(error.hint).toMatch(/\.$/);
  return error;
}

/** Changes a log's streams behind its back. */
async function tampered(work: (jsm: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<unknown>) {
  await using nc = await rawConnection(server.port);
  await work(await jetstreamManager(nc));
}

describe("the server", () => {
  it("must answer", async () => {
    const error = await expectRefused({ url: "nats://127.0.0.1:1/log" }, "LOG_UNREACHABLE");
    expect(error.message).toContain("127.0.0.1:1/log");
  });

  it.each(["2.13.9", "2.9.10"])("must not be version %s", async (version) => {
    const old = createServer((socket) => {
      socket.write(
        `INFO ${JSON.stringify({ server_id: "X", version, proto: 1, headers: true, jetstream: true, max_payload: 1_048_576 })}\r\n`,
      );
      socket.on("data", (chunk) => chunk.includes("PING") && socket.write("PONG\r\n"));
      socket.on("error", () => {});
    });
    old.listen(0, "127.0.0.1");
    await once(old, "listening");
    const address = old.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const error = await expectRefused({ url: `nats://127.0.0.1:${port}/log` }, "SERVER_TOO_OLD");
    expect(error.message).toContain(version);
    old.close();
  });

  it("must have JetStream", async () => {
    await using plain = await startNats({ jetstream: false });
    const error = await expectRefused({ url: plain.logUrl("log") }, "LOG_INCOMPATIBLE");
    expect(error.message).toContain("JetStream");
  });

  it("L8: may take smaller messages than most: what is larger is stored apart", async () => {
    await using narrow = await startNats({ more: "max_payload: 65536" });
    await using log = await jetstreamLog({ url: narrow.logUrl("log") });
    const bodies = [30_000, 60_000, 200_000].map((size) => ({ text: "x".repeat(size) }));
    for (const [expected, body] of bodies.entries())
      await log.append("task/r1", [record(`r${expected}`, body)], { expected });
    const found = await Array.fromAsync(log.read("task/r1"));
    expect(found.map(({ body }) => body)).toEqual(bodies);
  });

  it("L3: must not acknowledge before the write is on disk", async () => {
    await using lazy = await startNats({ syncAlways: false });
    const error = await expectRefused({ url: lazy.logUrl("log") }, "LOG_UNSAFE");
    expect(error.hint).toContain("sync_interval: always");
    await using log = await jetstreamLog({ url: lazy.logUrl("log", "&durability=unverified") });
    expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
  });

  it("L3: may lack the answer of some monitoring endpoints, not of most: one of a cluster may be down", async () => {
    const [here, none] = [`monitor=${server.monitor}`, "monitor=http://127.0.0.1:1"];
    const url = `nats://127.0.0.1:${server.port}/${freshName()}`;
    await expectRefused({ url: `${url}?${none}&${here}` }, "LOG_UNSAFE");
    await using log = await jetstreamLog({ url: `${url}?${here}&${none}&${here}` });
    expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
  });

  it("L3: must show that it syncs each write, on its own monitoring endpoint", async () => {
    const bare = `nats://127.0.0.1:${server.port}/${freshName()}`;
    const error = await expectRefused({ url: bare }, "LOG_UNSAFE");
    expect(error.hint).toContain("?monitor=");
    await using other = await startNats();
    await expectRefused({ url: `${bare}?monitor=${other.monitor}` }, "LOG_UNSAFE");
    await expectRefused({ url: `${bare}?monitor=http://127.0.0.1:1` }, "LOG_UNSAFE");
    await expectRefused({ url: `${bare}?monitor=http://u:hidden@127.0.0.1:1` }, "LOG_UNSAFE").then(
      (e) => expect(e.message).not.toContain("hidden"),
    );
    await using log = await jetstreamLog({ url: `${bare}?durability=unverified` });
    await using reader = await jetstreamLog({ url: bare, readOnly: true });
    await log.append("task/r1", [record("a")], { expected: 0 });
    expect(await idsOf(reader, "task/r1")).toEqual(["a"]);
  });
});

describe("the log", () => {
  it("must be there, unless it may be made", async () => {
    const url = server.logUrl(freshName());
    await expectRefused({ url, create: false }, "LOG_NOT_FOUND");
    await expectRefused({ url, readOnly: true }, "LOG_NOT_FOUND");
    await (await jetstreamLog({ url }))[Symbol.asyncDispose]();
    await using log = await jetstreamLog({ url, create: false });
    expect(log.partitions).toBe(4);
  });

  it("must have the partitions that the URL names, if it names any", async () => {
    const name = freshName();
    await (await jetstreamLog({ url: server.logUrl(name, "&partitions=2") }))[Symbol.asyncDispose]();
    const error = await expectRefused(
      { url: server.logUrl(name, "&partitions=3") },
      "LOG_INCOMPATIBLE",
    );
    expect(error.message).toContain("2 partition(s), not 3");
    await using log = await jetstreamLog({ url: server.logUrl(name) });
    expect(log.partitions).toBe(2);
  });

  it("is made once by many at the same time, whatever partitions each of them asks for", async () => {
    const name = freshName();
    const asked = [1, 2, 3, 4].map((p) =>
      jetstreamLog({ url: server.logUrl(name, `&partitions=${p}`) }),
    );
    const opened = await Promise.allSettled(asked);
    const logs = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(logs).toHaveLength(1);
    for (const log of logs) await log[Symbol.asyncDispose]();
    const same = await Promise.all([1, 2, 3].map(() => jetstreamLog({ url: server.logUrl(name) })));
    expect(new Set(same.map(({ partitions }) => partitions)).size).toBe(1);
    for (const log of same) await log[Symbol.asyncDispose]();
  });

  it("is finished where its making was cut short, and never where a stream was lost later", async () => {
    const name = freshName();
    const url = server.logUrl(name);
    await (await jetstreamLog({ url }))[Symbol.asyncDispose]();
    await tampered((jsm) => jsm.streams.delete(partitionStream(name, 2)));
    const error = await expectRefused({ url }, "LOG_CORRUPT");
    expect(error.message).toContain(partitionStream(name, 2));
    await tampered(async (jsm) => {
      const metadata = { "troupe.format": "1", "troupe.partitions": "4" };
      await jsm.streams.update(partitionStream(name, 0), { metadata });
    });
    await expectRefused({ url, create: false }, "LOG_NOT_FOUND");
    await using log = await jetstreamLog({ url });
    expect(log.partitions).toBe(4);
  });

  it("must not be of a newer format", async () => {
    const name = freshName();
    await (await jetstreamLog({ url: server.logUrl(name) }))[Symbol.asyncDispose]();
    const metadata = { "troupe.format": "2", "troupe.partitions": "4", "troupe.state": "ready" };
    await tampered((jsm) => jsm.streams.update(partitionStream(name, 0), { metadata }));
    const error = await expectRefused({ url: server.logUrl(name) }, "LOG_NEWER");
    expect(error.data).toMatchObject({ format: 2, known: 1 });
  });

  it("must still have the settings that its laws need", async () => {
    const name = freshName();
    await (await jetstreamLog({ url: server.logUrl(name) }))[Symbol.asyncDispose]();
    await tampered((jsm) =>
      jsm.streams.update(partitionStream(name, 1), { max_age: 3_600_000_000_000 }),
    );
    const error = await expectRefused({ url: server.logUrl(name) }, "LOG_INCOMPATIBLE");
    expect(error.message).toContain("max_age");
  });

  it("L3: must store what it acknowledges as it was sent", async () => {
    const name = freshName();
    await (await jetstreamLog({ url: server.logUrl(name) }))[Symbol.asyncDispose]();
    const subject_transform = { src: ">", dest: "elsewhere.>" };
    await tampered((jsm) => jsm.streams.update(partitionStream(name, 1), { subject_transform }));
    const error = await expectRefused({ url: server.logUrl(name) }, "LOG_INCOMPATIBLE");
    expect(error.message).toContain("subject_transform");
  });

  it.each([
    ["its time is over", { max_age: 3_600_000_000_000 }],
    ["the server stops", { storage: StorageType.Memory }],
    ["it is full", { discard: DiscardPolicy.Old, max_bytes: 1_000_000 }],
  ])(
    "L8: must not have a bucket, made by somebody else, that forgets payloads when %s",
    async (_when, settings) => {
      const name = freshName();
      const bucket = bucketConfig(name, 1);
      await tampered((jsm) => jsm.streams.add({ ...bucket, ...settings }));
      const error = await expectRefused({ url: server.logUrl(name) }, "LOG_INCOMPATIBLE");
      expect(error.message).toContain(bucket.name);
      await expectRefused({ url: server.logUrl(name), readOnly: true }, "LOG_NOT_FOUND");
    },
  );

  it("must have its subjects to itself", async () => {
    const name = freshName();
    await tampered((jsm) => jsm.streams.add({ name: `all-${name}`, subjects: [`troupe.${name}.>`] }));
    const error = await expectRefused({ url: server.logUrl(name) }, "LOG_INCOMPATIBLE");
    expect(error.message).toContain(partitionStream(name, 0));
  });

  it("must not be a stream that somebody else made", async () => {
    const name = freshName();
    await tampered((jsm) =>
      jsm.streams.add({ name: partitionStream(name, 0), subjects: [`theirs.${name}`] }),
    );
    await expectRefused({ url: server.logUrl(name) }, "LOG_INCOMPATIBLE");
    await tampered(async (jsm) =>
      expect(await jsm.streams.names().next()).not.toContain(stateStream(name)),
    );
  });
});

describe("a stream that takes no message for a moment", () => {
  it.each([1, 2])("holds an append of %d record(s) up, no more", async (size) => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    const stream = partitionStream(name, 0);
    await using nc = await rawConnection(server.port);
    const { streams } = await jetstreamManager(nc);
    const { subjects } = (await streams.info(stream)).config;
    await streams.update(stream, { subjects: [`elsewhere.${name}`] });
    const batch = ["a", "b"].slice(0, size).map((id) => record(id));
    const append = log.append("task/r1", batch, { expected: 0 });
    await streams.update(stream, { subjects });
    expect(await append).toBe(size);
    await streams.update(stream, { subjects: [`elsewhere.${name}`] });
    const failed = log.append("task/r1", [record("c")], { expected: size });
    await expect(failed).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  });
});

describe("the URL", () => {
  it.each([
    ["nats:///log"],
    ["nats://127.0.0.1:4222"],
    ["nats://127.0.0.1:4222/a.b"],
    ["nats://127.0.0.1:4222/a/b"],
    ["nats://127.0.0.1:4222/log?durability=maybe"],
    ["nats://127.0.0.1:4222/log?partitions=0"],
    ["nats://127.0.0.1:4222/log?partitions=x"],
    ["nats://127.0.0.1:4222/log?monitor=ftp://x"],
    ["nats://127.0.0.1:4222/log?partition=4"],
    ["http://127.0.0.1:4222/log"],
  ])("%s is refused", async (url) => {
    const error = await expectRefused({ url }, "LOG_URL_INVALID");
    expect(error.message).toMatch(/^the log's URL cannot be used: /);
  });

  it("keeps its credentials to itself", async () => {
    const more = 'authorization { user: ada, password: "s3cret pass" }';
    await using closed = await startNats({ more });
    const at = `127.0.0.1:${closed.port}/log?monitor=${closed.monitor}`;
    const refused = await expectRefused({ url: `nats://ada:wr0ng@${at}` }, "LOG_FORBIDDEN");
    const invalid = await expectRefused({ url: `nats://ada:wr0ng@${at}&x=1` }, "LOG_URL_INVALID");
    for (const error of [refused, invalid])
      expect(JSON.stringify([error.message, error.hint, error.data, String(error.cause)])).not.toMatch(
        /ada|wr0ng/,
      );
    await using log = await jetstreamLog({ url: `nats://ada:s3cret%20pass@${at}` });
    expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
    expect(log.url).toBe(`nats://127.0.0.1:${closed.port}/log`);
  });
});
