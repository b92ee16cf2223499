/** A5, A8, A11, A15, S1: actors that are nobody's child, started and told by their address. */
import { createActor } from "xstate";
import { describe, expect, it } from "vitest";
import { ENGINES, type Bench, type Engine } from "../support/laws-bench.ts";
import { counterKind } from "../support/laws-kinds.ts";
import { aideKind, leadKind, teamKinds } from "../support/laws-lead.ts";
import { watchedLoad } from "../support/laws-rollover.ts";

const [memory] = ENGINES as readonly [Engine, Engine]; // as they stand there

/** What the lead's last record says that it owes. */
async function owed(b: Bench, address = "lead/r"): Promise<number | undefined> {
  return (await b.records(address)).at(-1)?.body.owes;
}

describe.each(ENGINES)("detached starts and addressed sends, on $name", ({ bench }) => {
  it("A11: they stay owed until the other has recorded them, and the settled ids are recorded", async () => {
    await using b = await bench();
    const { host, log } = await b.start(teamKinds(), { idleMs: 1000 });
    const lead = await host.start("lead/r", { correlation: "c-1" });
    log.hold("write", ({ stream }) => stream === "aide/r:a");
    await lead.send({ type: "HIRE", id: "a", jobs: [1, 2] });
    await b.settle();
    expect(await owed(b)).toBe(3);
    log.release();
    await b.pass(3000);
    expect((await host.read("lead/r")).context.heard).toEqual(["a 1", "a 2"]);
    const settled = (await b.records("lead/r")).flatMap(({ body }) => body.settled ?? []);
    expect(settled.toSorted()).toEqual(["2.0", "2.1", "2.2"]);
    expect(await owed(b)).toBe(0);
    const [birth] = await b.records("aide/r:a");
    expect(birth).toMatchObject({ correlation: "c-1", cause: "lead/r#2.0" });
    expect(birth?.body.born).toEqual({ id: "a", input: { lead: "lead/r", aide: "a" } });
  });

  it("A8: a start stands before what its step sends to the same address, whichever is asked for first", async () => {
    await using b = await bench();
    const { host, talk } = await b.start(teamKinds());
    const lead = await host.start("lead/r");
    await lead.send({ type: "HASTE", id: "a", jobs: [1, 2] });
    await b.settle();
    expect((await lead.snapshot()).context.heard).toEqual(["a 1", "a 2"]);
    expect(talk).toEqual([]);
  });

  it("A11: the start of an actor that exists leaves it alone and is settled", async () => {
    await using b = await bench();
    const { host, talk } = await b.start(teamKinds(), { idleMs: 1000 });
    const lead = await host.start("lead/r");
    const hire = { type: "HIRE" as const, id: "a", jobs: [1] };
    await lead.send(hire);
    await b.settle();
    await lead.send({ ...hire, jobs: [2] }); // it is in memory
    await b.pass(5000);
    await lead.send({ ...hire, jobs: [3] }); // it is only in the log
    await b.pass(5000);
    await host.actor("aide/r:a").send({ type: "QUIT" });
    await lead.send({ ...hire, jobs: [4] }); // it has ended
    await b.pass(5000);
    await lead.send({ type: "START", params: { kind: "aide", id: "a", input: "another" } });
    await b.pass(5000);
    expect((await lead.snapshot()).context.heard).toEqual(["a 1", "a 2", "a 3"]);
    expect((await b.types("aide/r:a")).filter((type) => !type.startsWith("troupe.s"))).toEqual([
      "aide.worked",
      "aide.worked",
      "aide.worked",
      "QUIT",
    ]);
    expect(await owed(b)).toBe(0);
    expect(await host.parked()).toEqual([]);
    expect(talk).toEqual([]);
  });

  it("A11: two leads that start one address: the first makes it, both go on", async () => {
    await using b = await bench();
    const { host } = await b.start([leadKind(), aideKind()]);
    const root = await host.start("lead/r");
    await root.send({ type: "START", params: { kind: "lead", id: "b" } });
    await b.settle();
    const other = host.actor("lead/r:b");
    await Promise.all([
      root.send({ type: "START", params: { kind: "aide", id: "x", input: { aide: "first" } } }),
      other.send({ type: "START", params: { kind: "aide", id: "x", input: { aide: "second" } } }),
    ]);
    await b.settle();
    expect(["first", "second"]).toContain((await host.read("aide/r:x")).context.aide);
    expect(await b.types("aide/r:x")).toEqual(["troupe.started"]);
    await host[Symbol.asyncDispose]();
    expect([await owed(b), await owed(b, "lead/r:b")]).toEqual([0, 0]);
  });

  it("A5: an unknown kind parks the actor that cannot be, names it, and holds up nobody else", async () => {
    await using b = await bench();
    const first = await b.start(teamKinds());
    const lead = await first.host.start("lead/r");
    await lead.send({ type: "START", params: { kind: "nope", id: "x" } });
    await lead.send({ type: "HIRE", id: "a", jobs: [1] });
    await b.settle();
    const verdict = { address: "nope/r:x", seq: 1, code: "KIND_UNKNOWN" };
    expect(await first.host.parked()).toMatchObject([verdict]);
    expect((await first.host.parked())[0]?.message).toContain('no kind "nope" is registered');
    expect((await lead.snapshot()).context.heard).toEqual(["a 1"]);
    await b.kill(first);
    const second = await b.start(teamKinds());
    await b.settle();
    expect(await second.host.parked()).toMatchObject([verdict]);
    await second.host.actor("lead/r").send({ type: "TELL", to: "aide/r:a", jobs: [2] });
    await b.settle();
    expect((await second.host.read("lead/r")).context.heard).toEqual(["a 1", "a 2"]);
    await second.host[Symbol.asyncDispose]();
    expect(await owed(b)).toBe(1);
    await b.kill(second);
    const nope = { ...counterKind(), kind: "nope" as const };
    const third = await b.start([...teamKinds(), nope]);
    await b.settle();
    expect(await third.host.parked()).toEqual([]);
    expect(await b.types("nope/r:x")).toEqual(["troupe.started"]);
  });

  it("A5: a message to nobody, of a known kind or not, is a dead letter and settled", async () => {
    await using b = await bench();
    const { host, talk } = await b.start(teamKinds());
    const lead = await host.start("lead/r");
    for (const to of ["aide/nobody", "nope/nobody", "aide/r:nobody~2"])
      await lead.send({ type: "TELL", to, jobs: [1] });
    await b.settle();
    const dead = talk.map(([, { address }]) => String(address)); // in no order: three receivers
    expect(dead.toSorted()).toEqual(["aide/nobody", "aide/r:nobody~2", "nope/nobody"]);
    await host[Symbol.asyncDispose]();
    expect(await owed(b)).toBe(0);
  });

  it("A15: a detached actor that ends or fails tells nobody; who started it lives on", async () => {
    await using b = await bench();
    const { host, talk } = await b.start(teamKinds());
    const lead = await host.start("lead/r");
    for (const id of ["a", "b"]) await lead.send({ type: "HIRE", id, jobs: [] });
    await b.settle();
    await host.actor("aide/r:a").send({ type: "QUIT" });
    await host.actor("aide/r:b").send({ type: "BREAK" });
    await b.settle();
    expect((await host.read("aide/r:a")).status).toBe("done");
    expect((await host.read("aide/r:b")).status).toBe("error");
    expect(await b.types("lead/r")).toEqual(["troupe.started", "HIRE", "HIRE"]);
    expect((await host.read("lead/r")).status).toBe("active");
    expect(talk).toEqual([]);
  });

  it.each(["end", "stop"] as const)("A15: the %s of who started it leaves it alone", async (way) => {
    await using b = await bench();
    const first = await b.start(teamKinds());
    const lead = await first.host.start("lead/r");
    await lead.send({ type: "HIRE", id: "a", jobs: [1] });
    await b.settle();
    await (way === "stop" ? lead.stop() : lead.send({ type: "END" }));
    await b.settle();
    await first.host.actor("aide/r:a").send({ type: "JOB", job: 2 });
    await b.kill(first);
    const { host } = await b.start(teamKinds());
    await b.settle();
    const { status, context } = await host.read("aide/r:a");
    expect([status, context.jobs]).toEqual(["active", [1, 2]]);
  });

  it("A11: what a lead that ended still owes is done by the next owner", async () => {
    await using b = await bench();
    const first = await b.start(teamKinds());
    const lead = await first.host.start("lead/r");
    first.log.hold("write", ({ stream }) => stream !== "lead/r");
    await lead.send({ type: "HIRE", id: "a", jobs: [1] });
    await lead.send({ type: "END" });
    await b.kill(first);
    expect(await owed(b)).toBe(2);
    const { host } = await b.start(teamKinds());
    await b.settle();
    expect((await host.read("aide/r:a")).context.jobs).toEqual([1]);
    await host[Symbol.asyncDispose]();
    expect(await owed(b)).toBe(0);
  });

  it("A15: it is loaded, replayed and read without who started it", async () => {
    await using b = await bench();
    const { host } = await b.start(teamKinds());
    await (await host.start("lead/r")).send({ type: "HIRE", id: "a", jobs: [1, 2] });
    await b.settle();
    const { content } = await watchedLoad(b, [aideKind()], "aide/r:a");
    expect(content).toMatchObject({ born: { id: "a" }, bornCause: "lead/r#2.0" });
    expect((await host.read("aide/r:a", { at: 2 })).context.jobs).toEqual([1]);
  });
});

describe("detached starts and addressed sends that cannot be", () => {
  it.each([
    ["START", { kind: "no kind", id: "x" }, "ADDRESS_INVALID"],
    ["START", { kind: "aide", id: "" }, "MACHINE_UNSUPPORTED"],
    ["START", { kind: "aide", id: 17 }, "MACHINE_UNSUPPORTED"],
    ["START", null, "MACHINE_UNSUPPORTED"],
    ["SEND", { to: "aide", event: { type: "JOB" } }, "ADDRESS_INVALID"],
    ["SEND", { to: "aide/r:a b", event: { type: "JOB" } }, "ADDRESS_INVALID"],
    ["SEND", { event: { type: "JOB" } }, "MACHINE_UNSUPPORTED"],
    ["SEND", { to: "aide/r:a", event: "JOB" }, "MACHINE_UNSUPPORTED"],
    ["SEND", { to: "aide/r:a" }, "MACHINE_UNSUPPORTED"],
    ["SEND", { to: "aide/r:a", event: { type: "troupe.stopped" } }, "EVENT_RESERVED"],
    ["SEND", { to: "aide/r:a", event: { type: "xstate.done.actor.x" } }, "EVENT_RESERVED"],
  ] as const)(
    "S1: %s with %j is refused to who asked for it, and nothing is written",
    async (type, params, code) => {
      await using b = await memory.bench();
      const { host } = await b.start(teamKinds());
      const lead = await host.start("lead/r");
      await expect(lead.send({ type, params } as never)).rejects.toMatchObject({ code });
      expect(await b.types("lead/r")).toEqual(["troupe.started"]);
      await lead.send({ type: "HIRE", id: "a", jobs: [1] });
      await b.settle();
      expect((await lead.snapshot()).context.heard).toEqual(["a 1"]);
    },
  );

  it("L7: an input or event that is no JSON is refused with its path; asked for by another actor, it parks who asks", async () => {
    await using b = await memory.bench();
    const { host } = await b.start([...teamKinds(), counterKind()]);
    const lead = await host.start("lead/r");
    for (const what of ["input", "event"] as const)
      await expect(lead.send({ type: "ODD", what })).rejects.toMatchObject({
        code: "JSON_INVALID",
        message: expect.stringContaining(".ODD") as string,
      });
    await lead.send({ type: "START", params: { kind: "lead", id: "b" } });
    const odd = { to: "lead/r:b", event: { type: "ODD", what: "input" } };
    await lead.send({ type: "SEND", params: odd });
    await b.settle();
    expect(await host.parked()).toMatchObject([{ address: "lead/r:b", seq: 2, code: "JSON_INVALID" }]);
    await lead.send({ type: "HIRE", id: "a", jobs: [1] });
    await b.settle();
    expect((await lead.snapshot()).context.heard).toEqual(["a 1"]);
  });
});

it("without a host, both say that they need one", () => {
  const actor = createActor(leadKind().machine);
  const heard: unknown[] = [];
  actor.subscribe({ error: (error) => heard.push(error) });
  actor.start();
  actor.send({ type: "HIRE", id: "a", jobs: [] });
  expect(heard).toMatchObject([{ code: "MACHINE_UNSUPPORTED" }]);
});
