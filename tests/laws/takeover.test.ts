/** Taking over: what several actors owe each other, and in which order it is done. */
import { describe, expect, it } from "vitest";
import type { AnyKind } from "../../src/actors/kind.ts";
import { drillKinds, NO_OUTSIDE } from "../support/drill-machines.ts";
import { ENGINES, type Process } from "../support/laws-bench.ts";
import { counterKind, workKind, type Run } from "../support/laws-kinds.ts";

describe.each(ENGINES)("a take-over, on $name", ({ bench }) => {
  it("A12: what a custom action sends waits until every child start is out", async () => {
    await using b = await bench();
    const kinds: readonly AnyKind[] = drillKinds(NO_OUTSIDE);
    const counter = ({ stream }: { readonly stream: string }): boolean => stream === "desk/d:counter";
    const first: Process<readonly AnyKind[]> = await b.start(kinds);
    first.log.hold("write", counter);
    const job = { type: "JOB", n: 0, restMs: 1000, workMs: 0, coolMs: 0, fates: [] };
    await first.host.start("desk/d", { input: {} });
    await first.host.actor("desk/d").send(job);
    await b.settle();
    await first.host.actor("desk/d").send({ type: "TELL", n: 1 }); // moved last, so it is taken over last
    await b.kill(first);
    expect(await b.types("desk/d:counter")).toEqual([]); // the desk owes its start, the worker its word to it
    expect(await b.types("worker/d:w0")).toEqual(["troupe.started"]);

    const last = await b.start(kinds);
    await b.settle();
    expect(last.talk).toEqual([]);
    const snapshot: object = await last.host.actor("desk/d:counter").snapshot();
    expect(snapshot).toMatchObject({ context: { by: { "job-0": 1, "nudge-0": 1, "tell-1": 1 } } });
  });

  it("A12: what another writer left is taken over too, where it comes to light by a conflict", async () => {
    await using b = await bench();
    const [olds, news]: [Run[], Run[]] = [[], []];
    const zombie = await b.start([workKind(olds)]);
    await zombie.host.start("work/w");
    const owner = await b.usurp([workKind(news)]);
    const young = owner.host.actor("work/w");
    await expect(young.send({ type: "CANCEL" })).rejects.toMatchObject({ code: "EVENT_REFUSED" }); // in memory now
    await zombie.host.actor("work/w").send({ type: "GO" });
    const sent = young.send({ type: "GO", job: "k" });
    await b.settle();
    expect((await sent).seq).toBe(4);
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO", "troupe.recovered", "GO"]);
    const fences = [...olds, ...news].map(({ context }) => context.fence.attempt);
    expect(fences).toEqual([1, 1]);
    await b.kill(zombie);
    const again = await b.usurp([workKind(news)]);
    expect(news.at(-1)?.context.fence.attempt).toBe(2);
    await again.host.actor("work/w").send({ type: "CANCEL" });
  });

  it("A11, A12: what a snapshot alone knows to have run is said by the next owner, once", async () => {
    await using b = await bench();
    const did: string[] = [];
    const first = await b.start([counterKind(did)], { snapshotEvery: 1 });
    await first.host.start("counter/c");
    await first.host.actor("counter/c").send({ type: "ADD", by: 1 });
    await b.settle();
    expect((await b.records("counter/c")).at(-1)?.body.owes).toBe(1);
    await b.kill(first);

    const next = await b.start([counterKind(did)]);
    await b.settle();
    expect(did).toEqual(["add 1"]);
    expect((await b.records("counter/c")).at(-1)?.body).toMatchObject({
      event: { type: "troupe.recovered" },
      owes: 0,
    });
    await b.kill(next);
    await b.start([counterKind(did)]);
    await b.settle();
    expect(await b.types("counter/c")).toEqual(["troupe.started", "ADD", "troupe.recovered"]);
  });

  it("A1: a step sees the system ids that a record before it, in the same append, gave away", async () => {
    await using b = await bench();
    const { host, log } = await b.start(drillKinds(NO_OUTSIDE));
    log.hold("write");
    const started = host.start("desk/d", { input: {} });
    const sent = host.actor("desk/d").send({ type: "TEMP", n: 1, ms: 1000 });
    await b.settle();
    log.release();
    await Promise.all([started, sent]);
    expect(log.appends[0]?.records).toHaveLength(2);
    expect(await host.actor("desk/d").snapshot()).toMatchObject({ status: "active" });
    const { children } = await host.actor("desk/d").snapshot();
    expect(Object.keys(children)).toEqual(["counter", "temp"]);
  });
});
