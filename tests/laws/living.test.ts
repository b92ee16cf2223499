/** A host's life: starting, waiting, reading, closing while busy, a log that fails. */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/actors/clock.ts";
import { rejection } from "../support/laws-crash.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, counterKind, timedKind, workKind, type Run } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("a host's life, on $name", ({ bench }) => {
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
    const late = rejection(counter.waitFor(() => false, { timeoutMs: 500 }));
    await b.pass(500);
    expect(await late).toMatchObject({ code: "WAIT_TIMEOUT" });
    const abort = new AbortController();
    const aborted = rejection(counter.waitFor(() => false, { signal: abort.signal }));
    abort.abort(new Error("enough"));
    expect(await aborted).toMatchObject({ message: "enough" });
    await expect(counter.waitFor(() => false, { signal: abort.signal })).rejects.toThrow("enough");
    const closed = rejection(counter.waitFor(() => false));
    await b.settle();
    await host[Symbol.asyncDispose]();
    expect(await closed).toMatchObject({ code: "HOST_CLOSED" });
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
    const waiting = rejection(counter.send({ type: "ADD", by: 2 }));
    const closing = [host[Symbol.asyncDispose](), host[Symbol.asyncDispose]()];
    await b.settle();
    log.release();
    expect(await under).toMatchObject({ seq: 2 });
    expect(await waiting).toMatchObject({ code: "HOST_CLOSED" });
    await Promise.all(closing);
    const { host: next } = await b.start([counterKind()]);
    expect((await next.read("counter/c")).context.count).toBe(1);
  });

  it("A4: two hosts cannot own one log", async () => {
    await using b = await bench();
    await b.start([counterKind()]);
    await expect(b.start([counterKind()])).rejects.toMatchObject({ code: "LOG_OWNED" });
  });

  it("A12: a host that closes starts no activity and leaves no timer behind", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const waiting = new Set<object>();
    const clock: Clock = {
      now: () => b.clock.now(),
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
});
