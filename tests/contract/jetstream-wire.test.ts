/** What other tools see of a JetStream log, and what they can and cannot do to it. */
import { createInbox, headers, nuid } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partitionOf } from "../../src/events/address.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { raiseEpoch } from "../../src/events/log/jetstream/epoch.ts";
import { connectTo, linkTo, partitionStream } from "../../src/events/log/jetstream/link.ts";
import { parseTarget } from "../../src/events/log/jetstream/target.ts";
import type { NewRecord } from "../../src/events/log/log.ts";
import { expectRejection, idsOf, record } from "../support/log-fixture.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";

let server: TestNats;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

const typed = (id: string, type: string): NewRecord => ({ ...record(id), type });

/** Any text that a record may carry around its body. */
const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .filter((t) => t.isWellFormed() && !/\p{Cc}/u.test(t));

describe("a record on the wire", () => {
  it("is a CloudEvent on a subject that can be subscribed to by kind and type", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name) });
    await using nc = await rawConnection(server.port);
    const failed = nc.subscribe("troupe.*.ev.*.task.*.task.failed", { max: 1 });
    await nc.flush();
    const body = { why: "no" };
    const full = {
      ...record("id 1", body),
      type: "task.failed",
      cause: "cmd%1",
      trace: "00-ab-cd-01",
      correlation: "größe",
    };
    await log.append("task/r1:t2", [typed("first", "task.started"), full], { expected: 0 });
    const [message] = await Array.fromAsync(failed);
    expect(message?.subject).toBe(`troupe.${name}.ev.${partitionOf("r1", 4)}.task.r1:t2.task.failed`);
    expect(message?.json()).toEqual(body);
    const head = Object.fromEntries(message?.headers ?? []);
    expect(head).toMatchObject({
      "ce-specversion": ["1.0"],
      "ce-id": ["id%201"],
      "ce-source": ["task/r1:t2"],
      "ce-type": ["task.failed"],
      "ce-time": ["2023-11-14T22:13:20.000Z"],
      "ce-correlationid": ["gr%C3%B6%C3%9Fe"],
      "ce-causationid": ["cmd%251"],
      traceparent: ["00-ab-cd-01"],
      "troupe-seq": ["2"],
    });
  });

  test.prop(
    { types: fc.array(text, { minLength: 1, maxLength: 5 }), id: text, words: text },
    { numRuns: 25 },
  )(
    "for all types, in one batch under one expectation, and all ids and correlations: comes back equal",
    async ({ types, id, words }) => {
      await using log = await jetstreamLog({ url: server.logUrl(freshName(), "&partitions=1") });
      const records = types.map((type, i) => ({
        ...typed(`${id}${i}`, type),
        correlation: words,
        cause: words,
      }));
      await log.append("task/r1", records, { expected: 0 });
      await log.append("task/r1", [typed("next", types[0] ?? "")], { expected: types.length });
      await expectRejection(log.append("task/r1", records, { expected: 1 }), "LOG_WRONG_SEQUENCE");
      const read = await Array.fromAsync(log.read("task/r1", { to: types.length }));
      expect(read).toEqual(records.map((one, i) => ({ ...one, stream: "task/r1", seq: i + 1 })));
    },
  );

  it("is refused where its type makes too long a subject, and where it is too large", async () => {
    await using log = await jetstreamLog({ url: server.logUrl(freshName()), payloadLimit: 4_000_000 });
    const long = log.append("task/r1", [typed("a", "x".repeat(5_000))], { expected: 0 });
    expect((await expectRejection(long, "RECORD_INVALID")).data["field"]).toBe("type");
    const large = record("a", { text: "x".repeat(1_500_000) });
    const error = await expectRejection(
      log.append("task/r1", [record("b"), large], { expected: 0 }),
      "LOG_WRITE_FAILED",
    );
    expect(error.message).toContain("max_payload");
    const many = Array.from({ length: 1001 }, (_, i) => record(`r${i}`));
    await expectRejection(log.append("task/r1", many, { expected: 0 }), "LOG_WRITE_FAILED");
    expect(await log.tip("task/r1")).toBe(0);
    expect(await log.append("task/r1", many.slice(0, 1000), { expected: 0 })).toBe(1000);
    expect(await idsOf(log, "task/r1")).toHaveLength(1000);
  });

  it("is read from a snapshot's place on, not from the beginning", async () => {
    const name = freshName();
    const url = server.logUrl(name, "&partitions=1");
    await using log = await jetstreamLog({ url });
    const records = Array.from({ length: 600 }, (_, i) => record(`r${i + 1}`));
    await log.append("task/r1", records, { expected: 0 });
    await log.append("task/r1", [record("r601")], { expected: 600 });
    await log.snapshots.put("task/r1", { seq: 601, key: "ключ", data: 1 });
    await log.append("task/r1", [record("r602")], { expected: 601 });
    await using fresh = await jetstreamLog({ url });
    expect(await fresh.snapshots.get("task/r1")).toEqual({ seq: 601, key: "ключ", data: 1 });
    await using nc = await rawConnection(server.port);
    const asked: unknown[] = [];
    const spy = nc.subscribe("$JS.API.DIRECT.GET.>", { callback: (_, m) => void asked.push(m.json()) });
    await nc.flush();
    expect((await Array.fromAsync(fresh.read("task/r1", { after: 601 }))).map(({ id }) => id)).toEqual([
      "r602",
    ]);
    await nc.flush();
    spy.unsubscribe();
    expect(asked).toMatchObject([{ seq: 602, batch: 1 }]);
  });

  it("L5: is not left out in silence where the log is closed in the middle of a scan", async () => {
    await using log = await jetstreamLog({ url: server.logUrl(freshName(), "&partitions=1") });
    const records = Array.from({ length: 1000 }, (_, i) => record(`r${i}`));
    await log.append("task/r1", records, { expected: 0 });
    const scanning = (async () => {
      for await (const _ of log.scan()) await log[Symbol.asyncDispose]();
    })();
    const error = await expectRejection(scanning, "LOG_UNREACHABLE");
    expect(error.message).toContain("closed");
  });

  it("may have a snapshot that is too large to be kept", async () => {
    await using log = await jetstreamLog({ url: server.logUrl(freshName()) });
    await log.snapshots.put("task/r1", { seq: 1, key: "k", data: "x".repeat(2_000_000) });
    expect(await log.snapshots.get("task/r1")).toBeUndefined();
    expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
  });

  it("is written behind what was asked of the same handle before, without waiting for it", async () => {
    await using log = await jetstreamLog({ url: server.logUrl(freshName()) });
    const appends = ["a", "b", "c"].map((id, expected) =>
      log.append("task/r1", [record(id)], { expected }),
    );
    expect(await Promise.all(appends)).toEqual([1, 2, 3]);
  });

  it("is written with others or not at all: a batch that nobody commits leaves nothing", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    await using nc = await rawConnection(server.port);
    for (const sequence of ["1", "2"]) {
      const head = headers();
      head.set("Nats-Batch-Id", "never");
      head.set("Nats-Batch-Sequence", sequence);
      nc.publish(`troupe.${name}.ev.0.task.r1.x`, "{}", { headers: head });
    }
    await nc.flush();
    expect(await log.append("task/r1", [record("a"), record("b")], { expected: 0 })).toBe(2);
    expect(await log.end()).toBe("2");
  });
});

describe("a message that somebody else puts among the records", () => {
  const forgeries: [string, Record<string, string>, string][] = [
    ["without headers", {}, "task.r1.x"],
    ["of another actor", head({ "ce-source": "task/r2" }), "task.r1.x"],
    ["of another type", head({ "ce-type": "y" }), "task.r1.x"],
    ["without a number", head({ "troupe-seq": "first" }), "task.r1.x"],
    ["whose number was used", head({ "troupe-seq": "1" }), "task.r1.x"],
    ["whose number leaves a gap", head({ "troupe-seq": "3" }), "task.r1.x"],
    ["with a broken header", head({ "ce-id": "%zz" }), "task.r1.x"],
  ];
  it.each(forgeries)("%s is LOG_CORRUPT, and holds up no other actor", async (_, fields, place) => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    await log.append("task/r1", [record("a")], { expected: 0 });
    await forge(`troupe.${name}.ev.0.${place}`, fields);
    const error = await expectRejection(idsOf(log, "task/r1"), "LOG_CORRUPT");
    expect(error.message).toMatch(/message \d|record 1 /);
    await using fresh = await jetstreamLog({ url: server.logUrl(name) });
    await expectRejection(idsOf(fresh, "task/r1"), "LOG_CORRUPT");
    expect(await log.append("task/r2", [record("b")], { expected: 0 })).toBe(1);
    expect(await idsOf(log, "task/r2")).toEqual(["b"]);
  });

  it.each([
    ["nothing a record has", {}],
    ["a number that was used", head({ "troupe-seq": "1" })],
  ])("with %s is not written over by the next append", async (_, fields) => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    await log.append("task/r1", [record("a")], { expected: 0 });
    await forge(`troupe.${name}.ev.0.task.r1.x`, fields);
    const error = await expectRejection(
      log.append("task/r1", [record("b")], { expected: 1 }),
      "LOG_CORRUPT",
    );
    expect(error.message).toMatch(/message 2 on|record 1 of/);
    expect(await log.end()).toBe("2");
  });

  it("ends a scan, for nobody can say what it means", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    await forge(`troupe.${name}.ev.0.task.r1.x`, {});
    const error = await expectRejection(Array.fromAsync(log.scan()), "LOG_CORRUPT");
    expect(error.data).toMatchObject({ subject: `troupe.${name}.ev.0.task.r1.x`, at: 1 });
  });

  it("cannot be removed again, nor can a record", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    await log.append("task/r1", [record("a")], { expected: 0 });
    await using nc = await rawConnection(server.port);
    const { streams } = await jetstreamManager(nc);
    await expect(streams.deleteMessage(partitionStream(name, 0), 1)).rejects.toThrow("not permitted");
    // purging is for archives, and for who may: see nats.conf
    expect(await idsOf(log, "task/r1")).toEqual(["a"]);
  });

  it("is no command, even on a command's subject", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name) });
    await using _owner = await log.claim({ owner: "host" });
    const served: string[] = [];
    await using _serving = await log.commands.serve(async ({ id }) => served.push(id));
    await using nc = await rawConnection(server.port);
    const answer = await nc.request(`troupe.${name}.cmd.0.task.r1`, "boo", {
      reply: createInbox(),
      noMux: true,
      timeout: 2_000,
    });
    expect(answer.json()).toMatchObject({ error: { code: "INPUT_INVALID" } });
    expect(served).toEqual([]);
  });
});

describe("a command", () => {
  it("says so where it, or its answer, is over the server's limit", async () => {
    await using log = await jetstreamLog({ url: server.logUrl(freshName()) });
    await using _owner = await log.claim({ owner: "host" });
    await using _serving = await log.commands.serve(async () => "x".repeat(2_000_000));
    const ask = (data: string) =>
      log.commands.request({ id: "c", address: "task/r1", op: "send", data });
    const answer = await expectRejection(ask("small"), "HOST_FAILED");
    expect(answer.message).toContain("max_payload");
    const large = await expectRejection(ask("x".repeat(2_000_000)), "PAYLOAD_TOO_LARGE");
    expect(large.message).toContain("2000");
  });
});

describe("the counter of owners", () => {
  it("gives each that asks, at the same time too, a number of its own", async () => {
    const name = freshName();
    const url = server.logUrl(name);
    await using _log = await jetstreamLog({ url });
    const connection = await connectTo(parseTarget(url));
    const link = linkTo(connection, { name, partitions: 4 });
    const numbers = await Promise.all(Array.from({ length: 12 }, () => raiseEpoch(link, 0)));
    await connection.close();
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });
});

/** The headers of a record `task/r1` #2, with some of them changed. */
function head(changed: Record<string, string>): Record<string, string> {
  return {
    "ce-specversion": "1.0",
    "ce-id": nuid.next(),
    "ce-source": "task/r1",
    "ce-type": "x",
    "ce-time": "2026-01-01T00:00:00.000Z",
    "ce-correlationid": "c",
    "troupe-seq": "2",
    ...changed,
  };
}

async function forge(subject: string, fields: Readonly<Record<string, string>>): Promise<void> {
  await using nc = await rawConnection(server.port);
  const forged = headers();
  for (const [key, value] of Object.entries(fields)) forged.append(key, value);
  await nc.request(subject, "{}", { headers: forged, timeout: 2_000 });
}
