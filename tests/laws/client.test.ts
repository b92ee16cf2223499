/** A9, S1: a second process, with and without an owner: the same answers, counted once. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { rejection } from "../support/laws-crash.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind, workKind, type Run } from "../support/laws-kinds.ts";

const add = { type: "ADD", by: 1 } as const;

describe.each(EVERY_ENGINE)("a client, on $name", ({ bench }) => {
  it("A9: one command id through both ways counts once, and is answered the same", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()]);
    const own = await first.host.start("counter/c");
    const log = await b.open();
    const client = await connect({ log, kinds: [counterKind()] });
    const far = client.actor("counter/c");
    expect(await own.send(add, { id: "x" })).toMatchObject({ seq: 2 });
    expect(await far.send(add, { id: "x" })).toMatchObject({ seq: 2 });
    expect(await far.send(add, { id: "y" })).toMatchObject({ seq: 3 });
    expect(await own.send(add, { id: "y" })).toMatchObject({ seq: 3 });
    await first.host[Symbol.asyncDispose]();
    await first.log[Symbol.asyncDispose]();
    expect(await far.send(add, { id: "y" })).toMatchObject({ seq: 3 });
    const alone = await far.send(add, { id: "z" });
    expect(await far.send(add, { id: "z" })).toEqual(alone);
    expect((await far.snapshot()).context.count).toBe(3);
    const say = { type: "SAY", text: "hello" } as const;
    const facts = [{ type: "counter.said", text: "hello" }];
    const said = await far.send(say, { id: "s" });
    expect([alone.facts, said.facts]).toEqual([[], facts]);
    const back = await b.start([counterKind()]);
    const near = back.host.actor("counter/c");
    for (const actor of [near, far]) {
      expect((await actor.send(say)).facts).toEqual(facts);
      expect(await actor.send(say, { id: "s" })).toEqual(said);
    }
    await client[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  });

  it("A13: what a client has read of an actor it does not read again", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const own = await host.start("counter/c");
    for (let n = 1; n <= 40; n++) await own.send({ type: "NOTE", text: `${n}` });
    const log = await b.open();
    const client = await connect({ log, kinds: [counterKind()] });
    const far = client.actor("counter/c");
    expect((await far.snapshot()).context.notes).toHaveLength(40);
    const from: number[] = [];
    const read = log.read.bind(log);
    const noted: typeof read = (stream, range) => (from.push(range?.after ?? 0), read(stream, range));
    Object.assign(log, { read: noted });
    await own.send({ type: "NOTE", text: "41" });
    const looks = await Promise.all([far.snapshot(), far.snapshot(), far.waitFor(() => true)]);
    for (const { context } of looks) expect(context.notes.at(-1)).toBe("41");
    expect(Math.min(...from)).toBe(41);
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  });

  it("S1: refusals are the owner's own, with code, hint and data, with and without one", async () => {
    await using b = await bench();
    const owner = await b.start([workKind([]), counterKind()]);
    await owner.host.start("work/w");
    const log = await b.open();
    const client = await connect({ log, kinds: [workKind([]), counterKind()] });
    for (const alone of [false, true]) {
      if (alone) {
        await owner.host[Symbol.asyncDispose]();
        await owner.log[Symbol.asyncDispose]();
      }
      await expect(client.actor("work/w").send({ type: "CANCEL" })).rejects.toMatchObject({
        code: "EVENT_REFUSED",
        hint: "Send one of: GO.",
        data: { accepts: ["GO"] },
      });
      const forged = { type: "xstate.done.actor.work" } as never;
      await expect(client.actor("work/w").send(forged)).rejects.toMatchObject({
        code: "EVENT_RESERVED",
      });
      await expect(client.actor("work/x").send({ type: "GO" })).rejects.toMatchObject({
        code: "ACTOR_NOT_FOUND",
      });
      await expect(client.actor("work/w").send({ type: "GO" }, { id: "\n" })).rejects.toMatchObject({
        code: "RECORD_INVALID",
      });
    }
    await client.start("counter/new", { input: { from: 7 } });
    await expect(client.start("counter/new")).rejects.toMatchObject({ code: "ACTOR_EXISTS" });
    expect((await client.read("counter/new")).context.count).toBe(7);
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  });

  it("A2: a client reads, waits and listens without owning, and runs nothing", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const did: string[] = [];
    const { host } = await b.start([workKind(runs), counterKind(did)]);
    const work = await host.start("work/w");
    const counter = await host.start("counter/c");
    const log = await b.open();
    const client = await connect({ log, kinds: [workKind(runs), counterKind(did)] });
    const heard: unknown[] = [];
    const silence = client.actor("counter/c").on("*", (event) => heard.push(event));
    const done = client.actor("work/w").waitFor((s) => s.value === "done");
    await b.settle();
    await work.send({ type: "GO" });
    runs[0]?.succeed("ok");
    await counter.send({ type: "SAY", text: "hello" });
    expect((await done).context.result).toBe("ok");
    await expect.poll(() => heard).toEqual([{ type: "counter.said", text: "hello" }]);
    silence();
    await expect(client.actor("work/x").waitFor(() => true)).rejects.toMatchObject({
      code: "ACTOR_NOT_FOUND",
    });
    const open = rejection(client.actor("work/w").waitFor(() => false));
    await b.settle();
    await client[Symbol.asyncDispose]();
    expect(await open).toMatchObject({ code: "HOST_CLOSED" });
    expect(runs).toHaveLength(1);
    await host[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  });

  it("A12: without an owner the command becomes it: only what it touches moves", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs), counterKind()]);
    await (await first.host.start("work/w")).send({ type: "GO" });
    await first.host.start("counter/c");
    await b.kill(first);
    const log = await b.open();
    const client = await connect({ log, kinds: [workKind(runs), counterKind()] });
    await client.actor("counter/c").send(add);
    expect(runs).toHaveLength(1);
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO"]);
    await client.actor("work/w").stop();
    expect((await client.read("work/w")).status).toBe("stopped");
    expect(await client.parked()).toEqual([]);
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await b.start([workKind(runs), counterKind()]);
    await b.settle();
    expect(runs.filter(({ context }) => !context.signal.aborted)).toHaveLength(1);
  });

  it("A12: a command without an owner starts no activity: the host that comes does, once", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs)]);
    await first.host.start("work/w");
    await b.kill(first);
    const log = await b.open();
    const client = await connect({ log, kinds: [workKind(runs)] });
    await client.actor("work/w").send({ type: "GO" });
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    expect(runs).toHaveLength(0);
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO"]);
    await b.start([workKind(runs)]);
    await b.settle();
    expect(runs).toHaveLength(1);
  });
});
