/** A host's life: starting, waiting, reading, closing while busy, a log that fails. */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/actors/clock.ts";
import { TroupeError } from "../../src/errors.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { bossKind, counterKind, timedKind, workKind, type Run } from "../support/laws-kinds.ts";

const unknown = (): TroupeError => new TroupeError("LOG_OUTCOME_UNKNOWN", "lost the line");

describe.each(ENGINES)("a host's life, on $name", ({ bench }) => {
  it("A3: start is idempotent by address and input; another input is ACTOR_EXISTS", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()]);
    const start = (from?: number): Promise<unknown> =>
      first.host.start("counter/c", from === undefined ? {} : { input: { from } });
    await Promise.all([start(3), start(3), start(3)]);
    await expect(start(4)).rejects.toMatchObject({
      code: "ACTOR_EXISTS",
      data: { address: "counter/c" },
    });
    await expect(start()).rejects.toMatchObject({ code: "ACTOR_EXISTS" });
    await b.kill(first);
    const { host } = await b.start([counterKind()]);
    const again = await host.start("counter/c", { input: { from: 3 } });
    await again.send({ type: "END" });
    await host.start("counter/c", { input: { from: 3 } });
    expect(await b.types("counter/c")).toEqual(["troupe.started", "END"]);
  });

  it("the absent: send, stop, read, snapshot, waitFor say ACTOR_NOT_FOUND", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const nobody = host.actor("counter/nobody");
    const code = { code: "ACTOR_NOT_FOUND" };
    await expect(nobody.send({ type: "END" })).rejects.toMatchObject(code);
    await expect(nobody.stop()).rejects.toMatchObject(code);
    await expect(nobody.snapshot()).rejects.toMatchObject(code);
    await expect(nobody.waitFor(() => true)).rejects.toMatchObject(code);
    await expect(host.read("counter/nobody")).rejects.toMatchObject(code);
    expect(await b.types("counter/nobody")).toEqual([]);
  });

  it("waitFor ends by its state, its time, its signal, or the host's end", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    const late = expect(counter.waitFor(() => false, { timeoutMs: 500 })).rejects.toMatchObject({
      code: "WAIT_TIMEOUT",
    });
    await b.pass(500);
    await late;
    const abort = new AbortController();
    const aborted = expect(counter.waitFor(() => false, { signal: abort.signal })).rejects.toThrow(
      "enough",
    );
    abort.abort(new Error("enough"));
    await aborted;
    await expect(counter.waitFor(() => false, { signal: abort.signal })).rejects.toThrow("enough");
    const closed = expect(counter.waitFor(() => false)).rejects.toMatchObject({ code: "HOST_CLOSED" });
    await b.settle();
    await host[Symbol.asyncDispose]();
    await closed;
    await expect(counter.send({ type: "END" })).rejects.toMatchObject({ code: "HOST_CLOSED" });
    await expect(counter.waitFor(() => true)).rejects.toMatchObject({ code: "HOST_CLOSED" });
    await host[Symbol.asyncDispose]();
  });

  it("records gives the history and then the live tail, filtered by kind, type and run", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind(), timedKind]);
    const counter = await host.start("counter/c");
    await host.start("timed/t");
    await counter.send({ type: "ADD", by: 1 });
    const abort = new AbortController();
    const seen: string[] = [];
    const tail = (async () => {
      for await (const { stream, seq } of host.records({
        kind: "counter",
        signal: abort.signal,
      }))
        seen.push(`${stream}#${seq}`);
    })();
    await expect.poll(() => seen).toEqual(["counter/c#1", "counter/c#2"]);
    await counter.send({ type: "NOTE", text: "x" });
    await expect.poll(() => seen).toEqual(["counter/c#1", "counter/c#2", "counter/c#3"]);
    abort.abort();
    await tail;
    const typed = await Array.fromAsync(host.records({ type: "troupe.*", root: "t", live: false }));
    expect(typed.map(({ stream }) => stream)).toEqual(["timed/t"]);
  });

  it("A3: closing while busy answers everybody; what was acknowledged is there, and nothing else", async () => {
    await using b = await bench();
    const { host, log } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    log.hold("answer");
    const under = counter.send({ type: "ADD", by: 1 });
    await b.settle();
    const waiting = expect(counter.send({ type: "ADD", by: 2 })).rejects.toMatchObject({
      code: "HOST_CLOSED",
    });
    const closing = [host[Symbol.asyncDispose](), host[Symbol.asyncDispose]()];
    await b.settle();
    log.release();
    expect(await under).toEqual({ seq: 2 });
    await waiting;
    await Promise.all(closing);
    const { host: next } = await b.start([counterKind()]);
    expect((await next.read("counter/c")).context.count).toBe(1);
  });

  it("A12: a host that closes starts no activity and leaves no timer behind", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const waiting = new Set<object>();
    const clock: Clock = {
      now: b.clock.now,
      after(ms, call) {
        const timer = {};
        waiting.add(timer);
        const cancel = b.clock.after(ms, () => (waiting.delete(timer), call()));
        return () => (waiting.delete(timer), cancel());
      },
    };
    const { host, log } = await b.start([workKind(runs, { timeoutMs: 1000 }), timedKind, bossKind()], {
      clock,
    });
    const work = await host.start("work/w");
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    log.hold("answer");
    const sent = [work.send({ type: "GO" }), host.start("timed/t")];
    await b.settle();
    const closing = host[Symbol.asyncDispose]();
    await b.settle();
    log.release();
    await Promise.all([...sent, closing]);
    expect(runs).toHaveLength(0);
    expect(waiting.size).toBe(0);
    const next = await b.start([workKind(runs), timedKind, bossKind()]);
    await b.settle();
    expect(runs).toHaveLength(1);
    expect(next.host.failed.aborted).toBe(false);
  });

  it("A3: a log that surely did not write fails the host clearly, and nothing moved", async () => {
    await using b = await bench();
    const did: string[] = [];
    const { host, log } = await b.start([counterKind(did)]);
    const counter = await host.start("counter/c");
    const full = new TroupeError("LOG_WRITE_FAILED", "the disk is full", { hint: "Make room." });
    log.meddle(async () => Promise.reject(full));
    await expect(counter.send({ type: "ADD", by: 1 })).rejects.toMatchObject({
      code: "LOG_WRITE_FAILED",
    });
    expect(host.failed.reason).toBe(full);
    await expect(counter.send({ type: "ADD", by: 1 })).rejects.toMatchObject({
      code: "HOST_FAILED",
      hint: "Make room.",
    });
    await expect(counter.waitFor(() => true)).rejects.toMatchObject({ code: "HOST_FAILED" });
    expect(did).toEqual([]);
    await host[Symbol.asyncDispose]();
    const { host: next } = await b.start([counterKind(did)]);
    await next.actor("counter/c").send({ type: "ADD", by: 1 });
    expect((await next.read("counter/c")).context.count).toBe(1);
  });

  it.each(["written", "not written"])(
    "A3: an unknown outcome (%s) is asked again and counts once",
    async (how) => {
      await using b = await bench();
      const did: string[] = [];
      const { host, log } = await b.start([counterKind(did)]);
      const counter = await host.start("counter/c");
      for (let i = 0; i < 3; i++)
        log.meddle(async (_, write) => {
          if (how === "written") await write();
          throw unknown();
        });
      const sent = counter.send({ type: "ADD", by: 1 });
      await b.pass(5000);
      expect(await sent).toEqual({ seq: 2 });
      expect(did).toEqual(["add 1"]);
      expect(await b.types("counter/c")).toEqual(["troupe.started", "ADD"]);
    },
  );

  it("A3: an outcome that stays unknown fails the host; the same command id tells what became of it", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()]);
    const counter = await first.host.start("counter/c");
    for (let i = 0; i < 20; i++)
      first.log.meddle(async (_, write) => {
        await write();
        throw unknown();
      });
    const failed = expect(counter.send({ type: "ADD", by: 1 }, { id: "x" })).rejects.toMatchObject({
      code: "LOG_OUTCOME_UNKNOWN",
    });
    await b.pass(60_000);
    await failed;
    expect(first.host.failed.aborted).toBe(true);
    await first.host[Symbol.asyncDispose]();
    const { host } = await b.start([counterKind()]);
    expect(await host.actor("counter/c").send({ type: "ADD", by: 1 }, { id: "x" })).toEqual({ seq: 2 });
    expect((await host.read("counter/c")).context.count).toBe(1);
  });

  it("A4: two hosts cannot own one log", async () => {
    await using b = await bench();
    await b.start([counterKind()]);
    await expect(b.start([counterKind()])).rejects.toMatchObject({ code: "LOG_OWNED" });
  });
});
