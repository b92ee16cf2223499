/** A8, A9, A10: between actors in order and once; commands by id; bounded mailboxes. */
import { describe, expect, it } from "vitest";
import { stubborn } from "../support/laws-crash.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, counterKind, upTo, workKind, type Run } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("messages, on $name", ({ bench }) => {
  it("A8: what one actor sends another arrives in order and once, and the answers too", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind()]);
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await Promise.all(upTo(20).map(() => boss.send({ type: "TELL", count: 5 })));
    await b.settle();
    expect((await boss.snapshot()).context.heard).toEqual(upTo(100));
  });

  it("A8, A10: also when the receiver's mailbox is full, and its completions pass", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind()], { mailboxLimit: 2 });
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await boss.send({ type: "TELL", count: 300 });
    await b.settle();
    expect((await boss.snapshot()).context.heard).toEqual(upTo(300));
    await boss.send({ type: "ASK" });
    expect((await boss.waitFor((s) => s.value === "alone")).context.ended).toEqual([300]);
  });

  it.each(["after-append", "before-effect", "after-effect"] as const)(
    "A8: a crash %s at every moment loses nothing and counts nothing twice",
    async (point) => {
      await using b = await bench();
      let left = 0;
      let crashed = false;
      const at = (where: string): void => {
        if (crashed || where !== point || left-- > 0) return;
        crashed = true;
        throw new Error("crash");
      };
      for (const root of upTo(10)) {
        [left, crashed] = [root, false];
        const address = `boss/b${root}` as const;
        const user = stubborn(b, [bossKind()], { at });
        await user.ask((host) => host.start(address));
        await user.ask((host) => host.actor(address).send({ type: "HIRE" }, { id: "h" }));
        await user.ask((host) => host.actor(address).send({ type: "TELL", count: 3 }, { id: "t1" }));
        await user.ask((host) => host.actor(address).send({ type: "TELL", count: 2 }, { id: "t2" }));
        await user.settle();
        const { context } = await user.ask((host) => host.read(address));
        expect(context.heard).toEqual(upTo(5));
        expect(crashed).toBe(true);
        await user.kill();
      }
    },
  );

  it("A9: the same command id counts once: at once, later, after a restart and after a snapshot", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()]);
    const counter = await first.host.start("counter/c");
    const add = { type: "ADD", by: 1 } as const;
    const seqs = await Promise.all([1, 2, 3].map(() => counter.send(add, { id: "same" })));
    expect(seqs).toMatchObject([{ seq: 2 }, { seq: 2 }, { seq: 2 }]);
    expect(await counter.send(add, { id: "same" })).toMatchObject({ seq: 2 });
    await b.kill(first);
    const second = await b.start([counterKind()], { snapshotEvery: 2 });
    for (const id of ["x", "y", "z", "z"]) await second.host.actor("counter/c").send(add, { id });
    await second.host[Symbol.asyncDispose]();
    const third = await b.start([counterKind()]);
    const back = third.host.actor("counter/c");
    expect(await back.send(add, { id: "same" })).toMatchObject({ seq: 2 });
    expect((await back.snapshot()).context.count).toBe(4);
    await back.send({ type: "END" }, { id: "end" });
    expect(await back.send(add, { id: "same" })).toMatchObject({ seq: 2 });
    expect((await back.send({ type: "END" }, { id: "end" })).seq).toBeGreaterThan(2);
    const other = await third.host.start("counter/d");
    const stopped = await other.stop({ id: "stop" });
    expect(await other.stop({ id: "stop" })).toEqual(stopped);
  });

  it("A9: a refused command is decided again when it is repeated", async () => {
    await using b = await bench();
    const { host } = await b.start([workKind([])]);
    const work = await host.start("work/w");
    await expect(work.send({ type: "CANCEL" }, { id: "c" })).rejects.toMatchObject({
      code: "EVENT_REFUSED",
      data: { accepts: ["GO"], address: "work/w" },
      hint: "Send one of: GO.",
    });
    await work.send({ type: "GO" });
    await work.send({ type: "CANCEL" }, { id: "c" });
    expect((await work.snapshot()).value).toBe("idle");
  });

  it("A10: a full mailbox refuses with a hint; timers, completions and control pass", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host, log } = await b.start([workKind(runs)], { mailboxLimit: 3 });
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    log.hold("write");
    const first = work.send({ type: "GO", job: "0" });
    await b.settle();
    const waiting = [1, 2, 3].map((n) => work.send({ type: "GO", job: String(n) }));
    await expect(work.send({ type: "GO", job: "4" })).rejects.toMatchObject({
      code: "MAILBOX_FULL",
      data: { retryAfterMs: 100 },
      hint: expect.stringContaining("100 ms") as string,
    });
    const stopped = work.stop();
    log.release();
    await Promise.all([first, ...waiting, stopped]);
    expect((await host.read("work/w")).status).toBe("stopped");
    expect(runs).toHaveLength(2); // what one append both starts and ends does not run
    expect((await b.types("work/w")).filter((type) => type === "GO")).toHaveLength(5);
  });

  it("A10: ten thousand sends at once: each is acknowledged or refused, and nothing else", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    const codes = await Promise.all(
      upTo(10_000).map(() =>
        counter.send({ type: "ADD", by: 1 }).then(
          () => "ok",
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    );
    const taken = codes.filter((code) => code === "ok").length;
    expect(taken).toBe(1000);
    expect(new Set(codes)).toEqual(new Set(["ok", "MAILBOX_FULL"]));
    expect((await counter.snapshot()).context.count).toBe(taken);
  });
});
