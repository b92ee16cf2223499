/** A14: checkpoints, and loads that start at them. */
import { describe, expect, it } from "vitest";
import { type Bench } from "../support/laws-bench.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind, upTo } from "../support/laws-kinds.ts";
import { checkpointsOf, ROLLING, sameFromStart, watchedLoad } from "../support/laws-rollover.ts";

const TEN = { ...ROLLING, checkpointEvery: 10 };

/** A counter that was sent numbers one by one, each with its id, by a host that then died. */
async function counted(b: Bench, count: number, from = 1, options: object = TEN): Promise<void> {
  const first = await b.start([counterKind()], options);
  const counter = await first.host.start("counter/c");
  for (let n = from; n < from + count; n++)
    await counter.send({ type: "SAY", text: `${n}` }, { id: `say-${n}` });
  await b.settle();
  await b.kill(first);
}

describe.each(EVERY_ENGINE)("roll-over, on $name", ({ bench }) => {
  it("A14: a checkpoint stands after so many records, and each record behind it says where it is", async () => {
    await using b = await bench();
    await counted(b, 40);
    const records = await b.records("counter/c");
    expect(await checkpointsOf(b, "counter/c")).toEqual([10, 20, 30, 40]);
    expect(records.filter(({ type }) => type === "troupe.checkpoint")).toHaveLength(4);
    for (const { seq, body } of records)
      expect(body.since).toBe(seq <= 10 ? undefined : Math.floor((seq - 1) / 10) * 10);
    for (const { body } of records.filter(({ body: { checkpoint } }) => checkpoint !== undefined))
      expect(body).toMatchObject({
        status: "active",
        state: "open",
        event: { type: "troupe.checkpoint" },
      });
    for (const one of ["facts", "taken", "handled"] as const)
      expect(records.filter(({ body }) => body.checkpoint && body[one] !== undefined)).toEqual([]);
  });

  it("A14: a load starts at the last checkpoint and reads nothing before it", async () => {
    await using b = await bench();
    await counted(b, 105);
    const loaded = await sameFromStart(b, [counterKind()], "counter/c");
    expect([loaded.fold.seq, loaded.first]).toEqual([117, 110]);
    expect(loaded.reads).toEqual(["116–117", "109–110", "110–"]);
  });

  it("A14: a checkpoint that is the last record of all is where a load starts", async () => {
    await using b = await bench();
    await counted(b, 40);
    await counted(b, 4, 41);
    expect((await checkpointsOf(b, "counter/c")).at(-1)).toBe(50);
    const loaded = await sameFromStart(b, [counterKind()], "counter/c");
    expect([loaded.fold.seq, loaded.first]).toEqual([50, 50]);
    await counted(b, 1, 100);
    expect((await b.records("counter/c")).at(-1)).toMatchObject({ seq: 51, body: { since: 50 } });
  });

  it("A14: a state in the past is read from the checkpoint before it", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()], TEN);
    const counter = await first.host.start("counter/c");
    for (const by of upTo(60)) await counter.send({ type: "ADD", by });
    for (const at of [1, 2, 29, 30, 31, 50, 61]) {
      const loaded = await watchedLoad(b, [counterKind()], "counter/c", { to: at });
      const whole = await watchedLoad(b, [counterKind()], "counter/c", { to: at, snapshots: false });
      expect([loaded.fold.seq, loaded.content]).toEqual([at, whole.content]);
      expect(loaded.first).toBe(at <= 16 ? 1 : Math.floor(at / 10) * 10);
    }
  });

  it("A14, A9: commands from before three checkpoints are answered with their records, with a snapshot and without", async () => {
    await using b = await bench();
    await counted(b, 35);
    const killed = await b.start([counterKind()], TEN);
    const again = killed.host.actor("counter/c");
    const early = [2, 12, 34].map((n) => again.send({ type: "SAY", text: "" }, { id: `say-${n}` }));
    const said = (text: string) => ({ facts: [{ type: "counter.said", text }] });
    expect(await Promise.all(early)).toEqual([
      { seq: 3, ...said("2") },
      { seq: 14, ...said("12") },
      { seq: 38, ...said("34") },
    ]);
    await again.send({ type: "ADD", by: 1 });
    await killed.host[Symbol.asyncDispose](); // stores a snapshot
    const third = await b.start([counterKind()], TEN);
    const counter = third.host.actor("counter/c");
    expect(await counter.send({ type: "SAY", text: "" }, { id: "say-2" })).toMatchObject({ seq: 3 });
    expect((await counter.send({ type: "SAY", text: "" }, { id: "say-new" })).seq).toBeGreaterThan(39);
    const length = (await b.records("counter/c")).length;
    expect((await b.records("counter/c")).at(-1)?.body.since).toBe(40);
    await counter.send({ type: "SAY", text: "" }, { id: "say-2" });
    expect(await b.records("counter/c")).toHaveLength(length);
  });

  it("A14, A9: the ids of a checkpoint are written once: later ones and snapshots only name it", async () => {
    await using b = await bench();
    await counted(b, 40);
    const texts = (await b.records("counter/c")).flatMap(({ body: { checkpoint } }) =>
      checkpoint === undefined
        ? []
        : [checkpoint.content["commands"] as { fresh: string; segments: unknown[] }],
    );
    expect(texts.map(({ segments }) => segments.length)).toEqual([0, 1, 2, 3]);
    const [longest = 0, shortest = 0] = [Math.max, Math.min].map((of) =>
      of(...texts.map(({ fresh }) => fresh.length)),
    );
    expect(longest / shortest).toBeLessThan(1.3);
  });

  it("A14, A4: who loses the append of a checkpoint goes on from the winner's history", async () => {
    await using b = await bench();
    const zombie = await b.start([counterKind()], TEN);
    const old = await zombie.host.start("counter/c");
    zombie.log.hold("write", ({ records }) => records.some(({ type }) => type === "troupe.checkpoint"));
    for (const by of upTo(8)) await old.send({ type: "ADD", by });
    const waits = old.send({ type: "ADD", by: 9 });
    await b.settle();
    const owner = await b.usurp([counterKind()], TEN, "alike");
    await owner.host.actor("counter/c").send({ type: "ADD", by: 100 });
    zombie.log.release();
    await waits;
    await old.send({ type: "ADD", by: 1000 });
    for (const by of upTo(20))
      await owner.host.actor("counter/c").send({ type: "NOTE", text: `${by}` });
    expect((await sameFromStart(b, [counterKind()], "counter/c")).first).toBeGreaterThan(1);
    expect(await owner.host.read("counter/c")).toMatchObject({ context: { count: 1145 } });
    const seqs = await checkpointsOf(b, "counter/c");
    for (const { seq, body } of await b.records("counter/c"))
      expect(body.since).toBe(seqs.findLast((one) => one < seq));
  });

  it("A14, A3: a crash right behind the append of a checkpoint loses and repeats nothing", async () => {
    await using b = await bench();
    let appends = 0;
    const at = (point: string): void => {
      if (point === "after-append" && ++appends === 10) throw new Error("crash"); // the birth, eight sends, the checkpoint
    };
    const first = await b.start([counterKind()], { ...TEN, at });
    const counter = await first.host.start("counter/c");
    for (const by of upTo(8)) await counter.send({ type: "ADD", by });
    await b.settle();
    expect(first.host.failed.aborted).toBe(true);
    expect(await checkpointsOf(b, "counter/c")).toEqual([10]);
    await b.kill(first);
    const { host } = await b.start([counterKind()], TEN);
    await host.actor("counter/c").send({ type: "ADD", by: 9 });
    expect(await host.read("counter/c")).toMatchObject({ context: { count: 45 } });
    await sameFromStart(b, [counterKind()], "counter/c");
  });

  it("A13, A14: a large state writes few checkpoints, and one over the payload limit is stored apart", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()], { ...TEN, strict: false });
    const counter = await first.host.start("counter/c");
    await counter.send({ type: "NOTE", text: "x".repeat(300_000) });
    for (const n of upTo(100)) await counter.send({ type: "SAY", text: `${n}` });
    await b.kill(first);
    expect(await checkpointsOf(b, "counter/c")).toEqual([10]); // 300,000 characters: the next after some 4,400 records
    const loaded = await sameFromStart(b, [counterKind()], "counter/c");
    expect(loaded.first).toBe(10);
  });
});
