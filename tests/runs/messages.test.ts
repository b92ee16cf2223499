/** What the agents of a run say to each other, on hosts and from other processes. */
import { describe, expect, it } from "vitest";
import type { Teammate } from "../../src/agents/team/teammate.ts";
import { MessageType, type Message } from "../../src/events/messages/message.ts";
import { contextBench, type ContextBench } from "../support/context-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

/** What is unread now, the next one first; all of it is taken. */
async function read(agent: Teammate): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (;;) {
    const message = await agent.receive({ timeoutMs: 0 });
    if (message === null) return all;
    all.push(message);
  }
}

/** The payloads of the same. */
async function heard(w: ContextBench, agent: Teammate): Promise<readonly unknown[]> {
  await w.bench.settle();
  return (await read(agent)).map(({ payload }) => payload);
}

async function three(w: ContextBench): Promise<readonly [Teammate, Teammate, Teammate]> {
  const team = await w.team();
  return [await team.join("ada"), await team.join("bob"), await team.join("cy")];
}

describe.each(DURABLE)("agents that talk, on $name", (engine) => {
  it("S4-012: a direct message reaches its addressees alone, a broadcast everybody else", async () => {
    await using w = await contextBench(engine);
    const [ada, bob, cy] = await three(w);
    await ada.send("bob", "to bob");
    await ada.send(["cy", "bob", "cy"], "to two");
    await ada.broadcast("to all");
    await bob.send("bob", "to myself");
    expect(await heard(w, ada)).toEqual([]);
    expect(await heard(w, bob)).toEqual(["to bob", "to two", "to all", "to myself"]);
    expect(await heard(w, cy)).toEqual(["to two", "to all"]);
    expect(await heard(w, bob)).toEqual([]);
  });

  it("S4-015: a result that is handed off is in the shared context, and at the receiver with its files", async () => {
    await using w = await contextBench(engine);
    const [ada, bob, cy] = await three(w);
    await ada.broadcast("before");
    const artifacts = ["artifacts/report.md", "artifacts/data.json"];
    const id = await ada.handOff("bob", { score: 7 }, { artifacts });
    await w.bench.settle();
    const shared = await w.shared();
    expect(await shared.get("ada_result")).toMatchObject({ value: { score: 7 }, updatedBy: "ada" });
    const [first, ...rest] = await read(bob);
    expect(first).toMatchObject({ id, from: "ada", type: "result_handoff", priority: "HIGH" });
    expect(first).toMatchObject({ payload: { score: 7 }, artifacts });
    expect(rest.map(({ type }) => type)).toEqual(["notification", "state_update"]);
    expect((await read(cy)).map(({ type }) => type)).toEqual(["notification", "state_update"]);
  });

  it("S4-033: a message has one of seven types, and S4-034: the urgent ones are read first", async () => {
    await using w = await contextBench(engine);
    const [ada, bob] = await three(w);
    for (const type of MessageType.options) await ada.send("bob", null, { type });
    await w.bench.settle();
    expect((await read(bob)).map(({ type }) => type)).toEqual([
      "context_share",
      "result_handoff",
      "request",
      "response",
      "notification",
      "error",
      "state_update",
    ]);
    await expect(ada.send("bob", null, { type: "gossip" as "error" })).rejects.toMatchObject({
      code: "EVENT_INVALID",
    });
    for (const priority of ["LOW", "NORMAL", "URGENT", "HIGH", "LOW", "URGENT"] as const)
      await ada.send("bob", priority, { priority });
    expect(await heard(w, bob)).toEqual(["URGENT", "URGENT", "HIGH", "NORMAL", "LOW", "LOW"]);
  });

  it("S4-035: a request is answered, or null when its time is over, which is 30 s if nobody says", async () => {
    await using w = await contextBench(engine);
    const [ada, bob, cy] = await three(w);
    await using _ = bob.handle({ request: ({ payload }) => ({ twice: [payload, payload] }) });
    expect(await ada.request("bob", "hi")).toEqual({ twice: ["hi", "hi"] });
    let answer: unknown = "none yet";
    const asked = ada.request("cy", "are you there?").then((found) => (answer = found));
    await w.bench.pass(29_999);
    expect(answer).toBe("none yet");
    await w.bench.pass(1);
    expect(await asked).toBeNull();
    const [request] = await read(cy);
    if (request === undefined) throw new Error("the request is gone");
    await cy.reply(request, "I was away");
    await w.bench.settle();
    expect(await read(ada)).toMatchObject([
      { type: "response", payload: "I was away", replyTo: request.id },
    ]);
    const short = ada.request("cy", "and now?", { timeoutMs: 50 });
    await w.bench.pass(50);
    expect(await short).toBeNull();
  });

  it("S4-035: each request gets its own answer, whatever comes first, and nobody else reads it", async () => {
    await using w = await contextBench(engine);
    const [ada, bob] = await three(w);
    const read = ada.receive();
    const asked = [1, 2, 3].map((n) => ada.request("bob", n));
    await w.bench.settle();
    const requests: Message[] = [];
    for (let n = 0; n < 3; n++) {
      const message = await bob.receive();
      if (message !== null) requests.unshift(message);
    }
    for (const request of requests) await bob.reply(request, { answers: request.payload });
    await bob.send("ada", "by the way");
    expect(await Promise.all(asked)).toEqual([{ answers: 1 }, { answers: 2 }, { answers: 3 }]);
    expect(await read).toMatchObject({ payload: "by the way" });
  });

  it("S4-012, S4-035: agents in processes of their own talk, also where no host lives", async () => {
    await using w = await contextBench(engine);
    await w.team();
    await w.close();
    const [ada, bob] = [await (await w.farTeam()).join("ada"), await (await w.farTeam()).join("bob")];
    const got = bob.receive();
    await ada.send("bob", "over here");
    expect(await got).toMatchObject({ from: "ada", payload: "over here" });
    await using _ = bob.handle({ request: ({ payload }) => [payload, "yes"] });
    expect(await ada.request("bob", "well?")).toEqual(["well?", "yes"]);
    expect(await ada.receive({ timeoutMs: 0 })).toBeNull();
  });

  it("S4-037: history by workflow, agent and type, the newest 100 first, and page by page", async () => {
    await using w = await contextBench(engine);
    const [ada, bob, cy] = await three(w);
    await ada.send("bob", "first", { priority: "LOW", artifacts: ["a.md"] });
    await bob.broadcast("second", { type: "state_update" });
    await ada.handOff("cy", "third");
    const team = await w.farTeam();
    const at = w.bench.clock.now();
    const all = await team.history();
    expect(all.map(({ payload }) => payload).slice(-3)).toEqual(["third", "second", "first"]);
    expect(all.at(-1)).toEqual({
      id: "m1",
      from: "ada",
      to: ["bob"],
      type: "notification",
      priority: "LOW",
      payload: "first",
      artifacts: ["a.md"],
      at,
      deliveredTo: ["bob"],
      seq: expect.any(Number) as number,
    });
    const said = async (filter: Parameters<typeof team.history>[0]): Promise<unknown[]> =>
      (await team.history(filter)).map(({ payload }) => payload);
    expect(await said({ agent: "cy", type: "result_handoff" })).toEqual(["third"]);
    expect((await said({ agent: "ada" })).slice(-3)).toEqual(["third", "second", "first"]);
    expect(await said({ agent: "cy", type: "notification" })).toEqual([]);
    await Promise.all(upTo(110).map((n) => cy.send("ada", n)));
    expect(await team.history()).toHaveLength(100);
    const first = await said({ type: "notification", limit: 60 });
    const before = (await team.history({ type: "notification", limit: 60 })).at(-1);
    if (before === undefined) throw new Error("no page");
    const second = await said({ type: "notification", limit: 60, before });
    expect([...first, ...second].slice(0, 110).toReversed()).toEqual(upTo(110));
    expect(second.at(-1)).toBe("first");
    const other = await w.team();
    expect(await other.history({ limit: 1 })).toHaveLength(1);
    await expect(team.history({ limit: 0 })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("what is sent at once is one record, in order, and what is wrong with one is said of it alone", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [ada, bob] = [await team.join("ada"), await team.join("bob")];
    const before = (await w.bench.records("messages/r1")).length;
    const ids = await Promise.all(upTo(5).map((n) => ada.send("bob", n)));
    expect(ids).toEqual(["m1", "m2", "m3", "m4", "m5"]);
    expect(await w.bench.records("messages/r1")).toHaveLength(before + 1);
    const ends = [ada.send("bob", 6), ada.send("eve", 7), ada.send("bob", 8)];
    const [six, seven, eight] = await Promise.allSettled(ends);
    expect([six?.status, eight?.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(seven).toMatchObject({ reason: { code: "RECIPIENT_UNKNOWN" } });
    const last = ada.send("bob", 9);
    const left = bob.leave(); // behind what was sent before
    await Promise.all([last, left]);
    expect(await heard(w, bob)).toEqual([...upTo(5), 6, 8, 9]);
  });

  it("S4-038: what is published reaches who subscribed to its type, until it unsubscribes", async () => {
    await using w = await contextBench(engine);
    const [ada, bob, cy] = await three(w);
    await bob.subscribe("context_share", "error");
    await cy.subscribe("context_share");
    await ada.subscribe("context_share");
    await ada.publish("context_share", 1);
    await ada.publish("error", 2);
    await ada.publish("notification", 3);
    await cy.unsubscribe("context_share");
    await ada.publish("context_share", 4, { priority: "URGENT" });
    expect(await heard(w, ada)).toEqual([]);
    expect(await heard(w, bob)).toEqual([4, 1, 2]);
    expect(await heard(w, cy)).toEqual([1]);
    expect(await (await w.team()).members()).toEqual([
      { name: "ada", types: ["context_share"] },
      { name: "bob", types: ["context_share", "error"] },
      { name: "cy", types: [] },
    ]);
  });

  it("S4-054: a thousand messages are in both actors, in order and each once, after a crash as well", async () => {
    await using w = await contextBench(engine);
    const [ada] = await three(w);
    for (let n = 0; n < 1_000; n += 250)
      await Promise.all(upTo(250).map((k) => ada.send("bob", n + k)));
    await w.crash(0);
    const history = await (await w.team()).history({ limit: 2_000 });
    expect(history.map(({ payload }) => payload).toReversed()).toEqual(upTo(1_000));
    const received = (await w.bench.records("inbox/r1:bob")).flatMap(({ body }) => body.facts ?? []);
    expect(received.flatMap(({ data }) => Object(data).id ?? [])).toEqual(
      upTo(1_000).map((n) => `m${n + 1}`),
    );
  });
});

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n);
}
