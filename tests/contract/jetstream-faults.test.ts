/** A JetStream log when answers, connections and the server itself are lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog, Scanned } from "../../src/events/log/log.ts";
import { expectRejection, idsOf, placesOf, record, take } from "../support/log-fixture.ts";
import { claimWhenFree, deadOwner, freshName } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";
import { startProxy } from "../support/tcp-proxy.ts";

let server: TestNats;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The URL of a log, by way of a proxy. */
const through = (port: number, name: string) =>
  `nats://127.0.0.1:${port}/${name}?monitor=${server.monitor}`;

const ACK = '"stream":"TROUPE_';

describe("an append whose answer is lost", () => {
  it.each([1, 3])("L4: is found to stand there, as %d record(s)", async (size) => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name) });
    const batch = Array.from({ length: size }, (_, i) => record(`r${i}`));
    const lost = proxy.loseReply(ACK);
    expect(await log.append("task/r1", batch, { expected: 0 })).toBe(size);
    await lost;
    expect(await log.append("task/r1", [record("next")], { expected: size })).toBe(size + 1);
    expect(await idsOf(log, "task/r1")).toEqual([...batch.map(({ id }) => id), "next"]);
  });

  it("L6: says that nobody knows, where nobody can look; again from elsewhere is one", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name), answerMs: 300 });
    const lost = proxy.loseReply(ACK, "for good");
    const append = log.append("task/r1", [record("a")], { expected: 0 });
    const error = await expectRejection(append, "LOG_OUTCOME_UNKNOWN");
    expect(error.hint).toContain("again");
    await lost;
    await using other = await jetstreamLog({ url: server.logUrl(name) });
    expect(await other.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
    expect(await idsOf(other, "task/r1")).toEqual(["a"]);
  });

  it("L6: says that nobody knows, where the request may still arrive; again writes it", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name) });
    const lost = proxy.loseRequest("Nats-Expected-Last-Subject-Sequence:");
    await expectRejection(log.append("task/r1", [record("a")], { expected: 0 }), "LOG_OUTCOME_UNKNOWN");
    await lost;
    expect(await log.tip("task/r1")).toBe(0);
    expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
  });

  it("L2: is a conflict where somebody else wrote there meanwhile", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name) });
    await using other = await jetstreamLog({ url: server.logUrl(name) });
    const held = proxy.holdRequest("Nats-Expected-Last-Subject-Sequence:");
    const append = expectRejection(
      log.append("task/r1", [record("a")], { expected: 0 }),
      "LOG_WRONG_SEQUENCE",
    );
    const release = await held;
    await other.append("task/r1", [record("b")], { expected: 0 });
    release();
    expect(await append).toMatchObject({ actual: 1 });
    expect(await idsOf(log, "task/r1")).toEqual(["b"]);
  });
});

describe("a connection that is lost", () => {
  it("is waited for by what is asked meanwhile", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name) });
    const back = await proxy.breakOff();
    const asked = [log.append("task/r1", [record("a")], { expected: 0 }), log.tip("task/r2")];
    const tail = take(log.scan({ live: true }), 1);
    back();
    expect(await Promise.all(asked)).toEqual([1, 0]);
    expect(placesOf(await tail)).toEqual(["task/r1#1"]);
  });
});

describe("a server that is killed", () => {
  it("L3, L4, L6: loses nothing acknowledged; what is unknown is one when it is tried again", async () => {
    await using mortal = await startNats();
    const url = mortal.logUrl(freshName());
    await using log = await jetstreamLog({ url, answerMs: 1_000 });
    const streams = Array.from({ length: 8 }, (_, i) => `task/r${i}`);
    for (let round = 0; round < 3; round++) {
      const enough = Promise.withResolvers<void>();
      let acknowledged = 0;
      const written = () => {
        acknowledged += 1;
        if (acknowledged === 60) enough.resolve();
      };
      const stopped = streams.map((stream) => appendUntilItFails(log, stream, written));
      await enough.promise;
      await mortal.kill();
      const torn = await Promise.all(stopped);
      await mortal.restart();
      for (const { stream, expected, size } of torn) {
        const tip = await log.tip(stream);
        expect([expected, expected + size]).toContain(tip);
        expect(await log.append(stream, batchAt(expected, size), { expected })).toBe(expected + size);
      }
    }
    for (const stream of streams) {
      const read = await Array.fromAsync(log.read(stream));
      expect(read.map(({ id }) => id)).toEqual(read.map((_, i) => `n${i + 1}`));
      expect(read.map(({ seq }) => seq)).toEqual(read.map((_, i) => i + 1));
    }
  });

  it("L5: a live reader goes on where it was, each record once", async () => {
    await using mortal = await startNats();
    const url = mortal.logUrl(freshName());
    await using log = await jetstreamLog({ url, answerMs: 1_000 });
    await using reader = await jetstreamLog({ url, answerMs: 1_000 });
    const seen: Scanned[] = [];
    const first = Promise.withResolvers<void>();
    const all = (async () => {
      for await (const scanned of reader.scan({ live: true })) {
        if (seen.push(scanned) === 2) first.resolve();
        if (seen.length === 4) return;
      }
    })();
    await log.append("task/r1", [record("a"), record("b")], { expected: 0 });
    await first.promise;
    await mortal.kill();
    await mortal.restart();
    await using late = await jetstreamLog({ url });
    await late.append("task/r1", [record("c"), record("d")], { expected: 2 });
    await all;
    expect(placesOf(seen)).toEqual(["task/r1#1", "task/r1#2", "task/r1#3", "task/r1#4"]);
  });

  it("L5: a live reader that begins while it is gone sees all when it is back", async () => {
    await using mortal = await startNats();
    await using log = await jetstreamLog({ url: mortal.logUrl(freshName()), answerMs: 200 });
    await log.append("task/r1", [record("a"), record("b")], { expected: 0 });
    await mortal.kill();
    await expectRejection(log.tip("task/r1"), "LOG_UNREACHABLE");
    const tail = take(log.scan({ live: true }), 2);
    await expectRejection(log.end(), "LOG_UNREACHABLE");
    await expectRejection(log.end(), "LOG_UNREACHABLE");
    await mortal.restart();
    expect(placesOf(await tail)).toEqual(["task/r1#1", "task/r1#2"]);
  });

  it("says LOG_UNREACHABLE while it is gone, and works again afterwards", async () => {
    await using mortal = await startNats();
    await using log = await jetstreamLog({ url: mortal.logUrl(freshName()), answerMs: 200 });
    await log.append("task/r1", [record("a")], { expected: 0 });
    await mortal.kill();
    await expectRejection(log.tip("task/r1"), "LOG_UNREACHABLE");
    await expectRejection(Array.fromAsync(log.read("task/r1")), "LOG_UNREACHABLE");
    await expectRejection(Array.fromAsync(log.scan()), "LOG_UNREACHABLE");
    await expectRejection(log.end(), "LOG_UNREACHABLE");
    await expectRejection(log.claim({ owner: "me" }), "LOG_UNREACHABLE");
    await mortal.restart();
    await untilReached(log);
    expect(await idsOf(log, "task/r1")).toEqual(["a"]);
    expect(placesOf(await take(log.scan(), 1))).toEqual(["task/r1#1"]);
  });
});

describe("an owner", () => {
  it("keeps what it renews, beyond the time of one lease", async () => {
    const url = server.logUrl(freshName());
    await using log = await jetstreamLog({ url, leaseMs: 1_000 });
    await using other = await jetstreamLog({ url });
    await using owner = await log.claim({ owner: "host 1" });
    const until = performance.now() + 2_600;
    while (performance.now() < until) {
      await expectRejection(other.claim({ owner: "host 2" }), "LOG_OWNED");
      await sleep(50);
    }
    expect(owner.lost.aborted).toBe(false);
  });

  it("that was killed makes room within its lease, and its epoch is not given out again", async () => {
    const url = server.logUrl(freshName());
    await using log = await jetstreamLog({ url });
    await deadOwner(url, "the dead");
    const since = performance.now();
    const error = await expectRejection(log.claim({ owner: "the next" }), "LOG_OWNED");
    expect(error.data["owner"]).toBe("the dead");
    await using owner = await claimWhenFree(log, "the next");
    expect(performance.now() - since).toBeLessThan(2_500);
    expect(owner.epoch).toBe(2);
  });

  it.each([
    ["fail", 300],
    ["hang", 5_000],
  ])(
    "that is cut off, so that its renewals %s, knows that it lost before another can own",
    async (_, answerMs) => {
      const name = freshName();
      await using proxy = await startProxy(server.port);
      await using log = await jetstreamLog({
        url: through(proxy.port, name),
        leaseMs: 1_000,
        answerMs,
      });
      await using other = await jetstreamLog({ url: server.logUrl(name) });
      const before = await log.claim({ owner: "cut off" });
      proxy.cut();
      await using after = await claimWhenFree(other, "the next");
      expect(before.lost.aborted).toBe(true);
      expect(before.lost.reason).toMatchObject({ code: "LOG_LEASE_LOST" });
      expect(after.epoch).toBeGreaterThan(before.epoch);
    },
  );

  it("that dies with a command in its hands is missed by who asked", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({
      url: through(proxy.port, name),
      leaseMs: 1_000,
      answerMs: 300,
    });
    await using other = await jetstreamLog({ url: server.logUrl(name) });
    const taken = Promise.withResolvers<void>();
    const owner = await log.claim({ owner: "mortal" });
    await using _serving = await log.commands.serve(() => {
      taken.resolve();
      return new Promise(() => {});
    });
    const asked = other.commands.request({ id: "c", address: "task/r1", op: "send", data: null });
    const unknown = expectRejection(asked, "LOG_OUTCOME_UNKNOWN");
    await taken.promise;
    proxy.cut();
    expect((await unknown).message).toContain("its owner stopped");
    expect(owner.lost.aborted).toBe(true);
  });

  it("L4: does not lose its lease to a lost answer", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name), leaseMs: 1_000 });
    const owner = await log.claim({ owner: "host" });
    await proxy.loseReply('_STATE"');
    await proxy.loseReply('_STATE"');
    expect(owner.lost.aborted).toBe(false);
    await owner[Symbol.asyncDispose]();
    await using other = await jetstreamLog({ url: server.logUrl(name) });
    await using _claimed = await other.claim({ owner: "other" });
  });
});

interface Torn {
  readonly stream: string;
  readonly expected: number;
  readonly size: number;
}

/** One record, then three, then one, …: `n1`, `n2`, … until an outcome is unknown. */
async function appendUntilItFails(log: EventLog, stream: string, written: () => void): Promise<Torn> {
  let expected = await log.tip(stream);
  for (let i = 0; ; i++) {
    const size = i % 4 === 3 ? 3 : 1;
    try {
      expected = await log.append(stream, batchAt(expected, size), { expected });
      written();
    } catch (error) {
      if (!TroupeError.is(error, "LOG_OUTCOME_UNKNOWN")) throw error;
      return { stream, expected, size };
    }
  }
}

function batchAt(expected: number, size: number) {
  return Array.from({ length: size }, (_, i) => record(`n${expected + i + 1}`));
}

async function untilReached(log: EventLog): Promise<void> {
  for (;;) {
    try {
      await log.tip("task/r1");
      return;
    } catch (error) {
      if (!TroupeError.is(error, "LOG_UNREACHABLE")) throw error;
    }
  }
}
