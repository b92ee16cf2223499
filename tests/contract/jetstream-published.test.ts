/** What a log on JetStream publishes: what it has stored, and nothing that it refused. */
import { connect, headers, type Msg } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { describe, expect, it } from "vitest";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { partitionStream } from "../../src/events/log/jetstream/link.ts";
import { expectRejection, idsOf, record } from "../support/log-fixture.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { startNats } from "../support/nats-server.ts";
import { sharedNats } from "../support/shared-nats.ts";

type Streams = Awaited<ReturnType<typeof jetstreamManager>>["streams"];

/** Hears what is published under a subject, in order, until as many messages are there. */
async function heard(port: number, subject: string) {
  const nc = await rawConnection(port);
  const messages: Msg[] = [];
  const arrived = Promise.withResolvers<void>();
  let wanted = Number.POSITIVE_INFINITY;
  nc.subscribe(subject, {
    callback: (_, message) => {
      messages.push(message);
      if (messages.length >= wanted) arrived.resolve();
    },
  });
  await nc.flush();
  return {
    async all(count: number): Promise<readonly Msg[]> {
      wanted = count;
      if (messages.length < count) await arrived.promise;
      await nc.flush();
      return messages;
    },
    [Symbol.asyncDispose]: () => nc.close(),
  };
}

const head = (message: Msg | undefined, key: string) => message?.headers?.get(key);

/** Makes the partitions of a log what they were before they published anything. */
async function silenced(streams: Streams, name: string, partitions: number): Promise<void> {
  for (let p = 0; p < partitions; p++) {
    const stream = partitionStream(name, p);
    // the client's own type knows no way to take a setting away, the server does
    await streams.update(stream, { republish: null as never });
    expect((await streams.info(stream)).config.republish).toBeUndefined();
  }
}

describe("a partition of a log", () => {
  it("publishes each record once it is stored, single or in a batch, with its place", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: sharedNats.logUrl(name, "&partitions=1") });
    await using ears = await heard(sharedNats.port, `troupe.${name}.pub.>`);
    await log.append("task/r1", [{ ...record("a", { n: 1 }), type: "task.started" }], { expected: 0 });
    await log.append(
      "task/r1",
      ["b", "c"].map((id) => record(id)),
      { expected: 1 },
    );
    const messages = await ears.all(3);
    expect(messages.map((message) => head(message, "ce-id"))).toEqual(["a", "b", "c"]);
    expect(messages[0]?.subject).toBe(`troupe.${name}.pub.0.task.r1.task.started`);
    expect(messages[0]?.json()).toEqual({ n: 1 });
    expect(messages.map((message) => head(message, "Nats-Sequence"))).toEqual(["1", "2", "3"]);
    expect(messages.map((message) => head(message, "Nats-Last-Sequence"))).toEqual(["0", "0", "2"]);
    expect(head(messages[2], "Nats-Stream")).toBe(partitionStream(name, 0));
  });

  it("publishes nothing of an append that lost, while its attempt can be heard on ev", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: sharedNats.logUrl(name, "&partitions=1") });
    await using facts = await heard(sharedNats.port, `troupe.${name}.pub.>`);
    await using attempts = await heard(sharedNats.port, `troupe.${name}.ev.>`);
    await log.append("task/r1", [record("a")], { expected: 0 });
    const nc = await rawConnection(sharedNats.port);
    const late = headers();
    late.set("Nats-Expected-Last-Subject-Sequence", "0");
    late.set("Nats-Expected-Last-Subject-Sequence-Subject", `troupe.${name}.ev.0.task.r1.>`);
    const answer = await nc.request(`troupe.${name}.ev.0.task.r1.x`, "{}", {
      headers: late,
      timeout: 2_000,
    });
    expect(answer.json()).toMatchObject({ error: { err_code: 10071 } });
    await nc.close();
    await log.append("task/r1", [record("b")], { expected: 1 });
    expect((await facts.all(2)).map((message) => head(message, "ce-id"))).toEqual(["a", "b"]);
    expect(await attempts.all(3)).toHaveLength(3);
  });

  it("names a payload that lies apart, and says nothing of its content", async () => {
    const name = freshName();
    const url = sharedNats.logUrl(name, "&partitions=1");
    await using log = await jetstreamLog({ url, payloadLimit: 100 });
    await using ears = await heard(sharedNats.port, `troupe.${name}.pub.>`);
    await log.append("task/r1", [record("a", { text: "x".repeat(200) })], { expected: 0 });
    const [message] = await ears.all(1);
    expect(head(message, "ce-dataref")).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(message?.data).toHaveLength(0);
  });
});

describe("a log from before partitions published", () => {
  it("does so once somebody opens it who may make logs; who only reads changes nothing", async () => {
    const name = freshName();
    const url = sharedNats.logUrl(name, "&partitions=2");
    await using first = await jetstreamLog({ url });
    await using nc = await rawConnection(sharedNats.port);
    const { streams } = await jetstreamManager(nc);
    await silenced(streams, name, 2);
    const before = (await streams.info(partitionStream(name, 0))).config;
    await using _reader = await jetstreamLog({ url, readOnly: true });
    await using there = await jetstreamLog({ url, create: false });
    await there.append("task/r1", [record("a")], { expected: 0 });
    expect((await streams.info(partitionStream(name, 0))).config).toEqual(before);
    await using _opened = await jetstreamLog({ url });
    const after = (await streams.info(partitionStream(name, 0))).config;
    expect(after).toEqual({
      ...before,
      republish: { src: `troupe.${name}.ev.0.>`, dest: `troupe.${name}.pub.0.>` },
    });
    await using ears = await heard(sharedNats.port, `troupe.${name}.pub.>`);
    await first.append("task/r1", [record("b")], { expected: 1 });
    expect((await ears.all(1)).map((message) => head(message, "ce-id"))).toEqual(["b"]);
  });

  it("goes on as it is where the permission to change its streams is missing", async () => {
    const users = [
      "{ user: admin, password: a }",
      '{ user: host, password: h, permissions: { publish: { deny: ["$JS.API.STREAM.UPDATE.>"] } } }',
    ];
    await using server = await startNats({ more: `authorization { users = [ ${users.join(", ")} ] }` });
    const at = `127.0.0.1:${server.port}/log?monitor=${server.monitor}&partitions=2`;
    await (await jetstreamLog({ url: `nats://admin:a@${at}` }))[Symbol.asyncDispose]();
    const nc = await connect({ port: server.port, user: "admin", pass: "a" });
    const { streams } = await jetstreamManager(nc);
    await silenced(streams, "log", 2);
    await using log = await jetstreamLog({ url: `nats://host:h@${at}` });
    expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
    expect(await idsOf(log, "task/r1")).toEqual(["a"]);
    expect((await streams.info(partitionStream("log", 0))).config.republish).toBeUndefined();
    await using _admin = await jetstreamLog({ url: `nats://admin:a@${at}` });
    expect((await streams.info(partitionStream("log", 1))).config.republish).toBeDefined();
    await nc.close();
  });

  it("is refused where it publishes to other subjects: somebody changed it", async () => {
    const name = freshName();
    const url = sharedNats.logUrl(name, "&partitions=1");
    await (await jetstreamLog({ url }))[Symbol.asyncDispose]();
    await using nc = await rawConnection(sharedNats.port);
    const { streams } = await jetstreamManager(nc);
    const republish = { src: `troupe.${name}.ev.0.>`, dest: `elsewhere.${name}.>` };
    await streams.update(partitionStream(name, 0), { republish });
    const error = await expectRejection(jetstreamLog({ url }), "LOG_INCOMPATIBLE");
    expect(error.message).toContain("republish");
  });
});
