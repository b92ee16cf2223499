/** A1, A2, A4: write, then move; silent replay; one writer. */
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind, workKind, type Run } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("write, then move, on $name", ({ bench }) => {
  it("A1: no state, effect, fact or answer is seen before its append has resolved", async () => {
    await using b = await bench();
    const did: string[] = [];
    const { host, log } = await b.start([counterKind(did)]);
    const counter = await host.start("counter/c");
    const heard: unknown[] = [];
    counter.on("*", (event) => heard.push(event));
    log.hold("answer");
    let answered = 0;
    const sends = [
      counter.send({ type: "ADD", by: 2 }).then(() => answered++),
      counter.send({ type: "SAY", text: "hello" }).then(() => answered++),
    ];
    const waited = counter.waitFor((s) => s.context.count === 2);
    await b.settle();
    expect([answered, did, heard]).toEqual([0, [], []]);
    expect((await counter.snapshot()).context.count).toBe(0);
    expect(await Promise.race([waited, Promise.resolve("waiting")])).toBe("waiting");
    log.release();
    await Promise.all(sends);
    await b.settle();
    expect([did, heard]).toEqual([["add 2"], [{ type: "counter.said", text: "hello" }]]);
    expect((await waited).context.count).toBe(2);
  });

  it("A1: a refusal that rests on a state not yet written waits for it", async () => {
    await using b = await bench();
    const { host, log } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    log.hold("write");
    const ended = counter.send({ type: "END" });
    let refused: unknown;
    const late = counter.send({ type: "ADD", by: 1 }).catch((error: unknown) => (refused = error));
    await b.settle();
    expect(refused).toBeUndefined();
    log.release();
    await Promise.all([ended, late]);
    expect(refused).toMatchObject({ code: "EVENT_REFUSED" });
  });

  it("A1: an activity starts only after the record that asks for it", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host, log } = await b.start([workKind(runs)]);
    const work = await host.start("work/w");
    log.hold("answer");
    const sent = work.send({ type: "GO" });
    await b.settle();
    expect(runs).toHaveLength(0);
    log.release();
    await sent;
    expect(runs).toHaveLength(1);
  });

  it("A2: read, waitFor, snapshot and records run no effect, and neither does loading", async () => {
    await using b = await bench();
    const did: string[] = [];
    const runs: Run[] = [];
    const first = await b.start([counterKind(did), workKind(runs)]);
    const counter = await first.host.start("counter/c");
    await counter.send({ type: "ADD", by: 1 });
    await counter.send({ type: "ADD", by: 2 });
    await (await first.host.start("work/w")).send({ type: "GO" });
    await b.kill(first);
    const { host } = await b.start([counterKind(did), workKind(runs)], { recover: false });
    expect((await host.read("counter/c", { at: 2 })).context.count).toBe(1);
    expect((await host.actor("counter/c").snapshot()).context.count).toBe(3);
    expect((await host.read("work/w")).value).toBe("working");
    await host.actor("work/w").waitFor((s) => s.value === "working");
    expect(await Array.fromAsync(host.records({ live: false }))).toHaveLength(5);
    await b.settle();
    expect(did).toEqual(["add 1", "add 2"]);
    expect(runs).toHaveLength(1);
  });
});

describe.each(EVERY_ENGINE)("one writer, on $name", ({ bench }) => {
  it("A4: who lost decides again on the winner's history, and overwrites nothing", async () => {
    await using b = await bench();
    const zombie = await b.start([counterKind()]);
    const old = await zombie.host.start("counter/c");
    await old.send({ type: "ADD", by: 1 });
    const owner = await b.usurp([counterKind()], {}, "alike");
    const young = owner.host.actor("counter/c");
    await young.send({ type: "ADD", by: 10 });
    await old.send({ type: "ADD", by: 100 });
    await young.send({ type: "END" });
    await expect(old.send({ type: "ADD", by: 1000 })).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    const types = (await b.types("counter/c")).filter((type) => !type.startsWith("troupe."));
    expect(types).toEqual(["ADD", "ADD", "ADD", "END"]);
    const [seen, alsoSeen] = [await old.snapshot(), await young.snapshot()];
    expect([seen.context, seen.status]).toEqual([{ count: 111, notes: [] }, "done"]);
    expect(alsoSeen.context).toEqual(seen.context);
  });

  it("A12: a zombie that finds a later owner's record writes nothing behind it, and stops", async () => {
    await using b = await bench();
    const zombie = await b.start([counterKind()]);
    for (const id of ["c", "d"] as const) await zombie.host.start(`counter/${id}`);
    const owner = await b.usurp([counterKind()]);
    for (const id of ["c", "d"] as const)
      await owner.host.actor(`counter/${id}`).send({ type: "ADD", by: 1 });
    const late = zombie.host.actor("counter/c").send({ type: "ADD", by: 10 });
    await expect(late).rejects.toMatchObject({ code: "HOST_FAILED" });
    expect(zombie.host.failed.reason).toMatchObject({
      code: "LOG_LEASE_LOST",
      data: { address: "counter/c", epoch: 1001, own: 1 },
    });
    for (const id of ["c", "d"] as const) {
      const epochs = (await b.records(`counter/${id}`)).map(({ body }) => body.epoch);
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    }
    expect((await owner.host.read("counter/c")).context.count).toBe(1);
  });

  it("A4: two hosts at once make one history in which every acknowledged event stands once", async () => {
    await using b = await bench();
    const hosts = [await b.start([counterKind()]), await b.usurp([counterKind()])];
    await hosts[0]?.host.start("counter/c");
    const said = await Promise.all(
      hosts.flatMap(({ host }, h) =>
        Array.from({ length: 30 }, async (_, i) => {
          const sent = host.actor("counter/c").send({ type: "NOTE", text: `${h}.${i}` });
          return (await sent.catch(() => undefined)) === undefined ? [] : [`${h}.${i}`];
        }),
      ),
    );
    const records = await b.records("counter/c");
    const notes = records.flatMap(({ body }) => (body.event === undefined ? [] : [body.event["text"]]));
    expect(new Set(notes).size).toBe(notes.length);
    expect(said.flat().filter((note) => !notes.includes(note))).toEqual([]);
    const [one, two] = await Promise.all(hosts.map(({ host }) => host.read("counter/c")));
    expect(one?.context.notes).toEqual(notes);
    expect(two?.context.notes).toEqual(notes);
  });

  it("A4: who lost an append stops at once what the winner has ended", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const zombie = await b.start([workKind(runs)]);
    const old = await zombie.host.start("work/w");
    await old.send({ type: "GO" });
    const owner = await b.usurp([workKind([])], {}, "alike");
    await owner.host.actor("work/w").send({ type: "CANCEL" });
    await expect(old.send({ type: "CANCEL" })).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    expect(runs[0]?.context.signal.aborted).toBe(true);
  });

  it("A4: who waits for a state that another writer brought about learns of it with the reload", async () => {
    await using b = await bench();
    const zombie = await b.start([counterKind()]);
    const old = await zombie.host.start("counter/c");
    const owner = await b.usurp([counterKind()], {}, "alike");
    await owner.host.actor("counter/c").send({ type: "END" });
    const ended = old.waitFor((s) => s.status === "done");
    await expect(old.send({ type: "ADD", by: 1 })).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    expect((await ended).status).toBe("done");
  });
});
