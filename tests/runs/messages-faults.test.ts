/** Messages that cannot be sent, handlers that fail, programs that die over a message. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/events/messages/message.ts";
import { contextBench } from "../support/context-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

describe.each(DURABLE)("messages that go wrong, on $name", (engine) => {
  it("refuses an unknown recipient with the one that was meant, and writes nothing", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const ada = await team.join("ada");
    await team.join("bob");
    for (const way of ["send", "request", "handOff"] as const)
      await expect(ada[way]("bobb", 1)).rejects.toMatchObject({
        code: "RECIPIENT_UNKNOWN",
        message: '"messages/r1": no agent "bobb" has joined (joined: ada, bob)',
        hint: 'Did you mean "bob"?',
      });
    await expect(ada.send(["bob", "zoe"], 1)).rejects.toMatchObject({ code: "RECIPIENT_UNKNOWN" });
    await expect(ada.send("not a name", 1)).rejects.toMatchObject({ code: "EVENT_INVALID" });
    await expect(team.join("context")).rejects.toMatchObject({ code: "EVENT_INVALID" });
    expect(await team.history()).toEqual([]);
  });

  it("refuses a payload that is too large, with its size and the limit", async () => {
    await using w = await contextBench(engine);
    const team = await w.team({ maxBytes: 100 });
    const [ada] = [await team.join("ada"), await team.join("bob")];
    const code = { code: "PAYLOAD_TOO_LARGE", data: { bytes: 122, limit: 100 } };
    for (const way of ["send", "handOff"] as const)
      await expect(ada[way]("bob", "é".repeat(60))).rejects.toMatchObject(code);
    await ada.send("bob", "é".repeat(49));
    expect(await team.history()).toHaveLength(1);
  });

  it("a result that the shared context would not take is handed to nobody", async () => {
    await using w = await contextBench(engine);
    const team = await w.team({ maxBytes: 1_000_000 });
    const [ada] = [await team.join("ada"), await team.join("bob")];
    const code = { code: "PAYLOAD_TOO_LARGE" };
    await expect(ada.handOff("bob", "x".repeat(300_000))).rejects.toMatchObject(code);
    await expect(team.join("-a")).rejects.toMatchObject({ code: "EVENT_INVALID" }); // no key begins so
    expect(await team.history()).toEqual([]);
  });

  it("a member that left is written to no more, and reads what it had; back again it is as before", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [ada, bob] = [await team.join("ada"), await team.join("bob")];
    await ada.send("bob", "while you are here");
    await bob.leave();
    const code = { code: "RECIPIENT_UNKNOWN" };
    await expect(ada.send("bob", "too late")).rejects.toMatchObject(code);
    await expect(bob.send("ada", "wait")).rejects.toMatchObject(code);
    await expect(bob.subscribe("error")).rejects.toMatchObject(code);
    await ada.broadcast("to nobody");
    await ada.publish("error", "to nobody");
    const again = await team.join("bob");
    await ada.send("bob", "welcome");
    await w.bench.settle();
    const heard = [await bob.receive(), await again.receive()].map((message) => message?.payload);
    expect(heard).toEqual(["while you are here", "welcome"]);
    expect(await again.receive({ timeoutMs: 0 })).toBeNull();
  });

  it("an agent may write to itself, and ask itself", async () => {
    await using w = await contextBench(engine);
    const ada = await (await w.team()).join("ada");
    await ada.send("ada", "note");
    expect(await ada.receive()).toMatchObject({ from: "ada", payload: "note" });
    await using _ = ada.handle({ request: ({ payload }) => [payload] });
    expect(await ada.request("ada", "me?")).toEqual(["me?"]);
  });

  it("a handler that throws fails that request alone; what it answers must be JSON that fits", async () => {
    await using w = await contextBench(engine);
    const team = await w.team({ maxBytes: 1_000, clock: w.bench.clock });
    const [ada, bob] = [await team.join("ada"), await team.join("bob")];
    const faults: string[] = [];
    const answers: Readonly<Record<string, () => unknown>> = {
      '"throw"': () => {
        throw new TypeError("no such file");
      },
      '"huge"': () => "x".repeat(2_000),
      '"map"': () => new Map([[1, 2]]),
      '"nothing"': () => undefined,
      '"void"': () => {
        throw Object.create(null);
      },
    };
    await using handling = bob.handle(
      {
        request: ({ payload }) => answers[JSON.stringify(payload)]?.() ?? null,
        notification: () => answers['"throw"']?.(),
      },
      {
        onError: (error, message) =>
          faults.push(
            `${JSON.stringify(message?.payload)}: ${error instanceof Error ? String(error) : "odd"}`,
          ),
      },
    );
    const failed = (message: string) => ({
      code: "REQUEST_FAILED",
      message: expect.stringContaining(message) as string,
      data: { to: "bob", payload: { message: expect.any(String) as string } },
    });
    await ada.send("bob", "told", { priority: "URGENT" });
    await expect(ada.request("bob", "throw")).rejects.toMatchObject(failed("no such file"));
    await expect(ada.request("bob", "huge")).rejects.toMatchObject(failed("2002 bytes"));
    await expect(ada.request("bob", "map")).rejects.toMatchObject(failed(""));
    expect(await ada.request("bob", "nothing")).toBeNull();
    await expect(ada.request("bob", "void")).rejects.toMatchObject(failed("no text"));
    expect(faults.map((fault) => fault.slice(0, 32))).toEqual([
      '"told": TypeError: no such file',
      '"throw": TypeError: no such file',
      '"huge": TroupeError: "messages/r',
      '"map": TroupeError: kind "messag',
      '"void": odd',
    ]);
    await handling[Symbol.asyncDispose]();
    await ada.send("bob", "later");
    await w.bench.settle();
    expect(await bob.receive()).toMatchObject({ payload: "later" });
  });

  it("a listener of faults that throws itself ends nothing", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [ada, bob] = [await team.join("ada"), await team.join("bob")];
    const broken = (): never => {
      throw new Error("broken");
    };
    await using _ = bob.handle(
      { request: ({ payload }) => (payload === 1 ? broken() : payload) },
      { onError: broken },
    );
    await expect(ada.request("bob", 1)).rejects.toMatchObject({ code: "REQUEST_FAILED" });
    expect(await ada.request("bob", 2)).toBe(2);
  });

  it("leaves the types unread that nobody handles", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [ada, bob] = [await team.join("ada"), await team.join("bob")];
    const handled: Message[] = [];
    await using _ = bob.handle({ error: (message) => handled.push(message) });
    await ada.send("bob", "a note", { priority: "URGENT" });
    await ada.send("bob", "an error", { type: "error" });
    await w.until(async () => handled.length > 0);
    expect(handled).toMatchObject([{ payload: "an error" }]);
    expect(await bob.receive()).toMatchObject({ payload: "a note" });
  });

  it("the same id sends once, and answers the id of the first", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [ada] = [await team.join("ada"), await team.join("bob")];
    const first = await ada.send("bob", "once", { id: "k1" });
    expect(await ada.send("bob", "twice", { id: "k1" })).toBe(first);
    expect(await ada.handOff("bob", 1, { id: "k2" })).toBe(await ada.handOff("bob", 1, { id: "k2" }));
    await w.crash(0);
    const later = await w.team();
    expect(await (await later.join("ada")).send("bob", "thrice", { id: "k1" })).toBe(first);
    expect(await later.history()).toHaveLength(2 + 1); // and what the context announces
  });

  it("S4-035: a request whose receiver dies is answered by its next life, once", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [, bob] = [await team.join("ada"), await team.join("bob")];
    const ada = await (await w.farTeam()).join("ada");
    const handled: string[] = [];
    const work = (life: string) => ({
      request: ({ id }: Message) => {
        handled.push(`${life} ${id}`);
        return life === "first" ? new Promise(() => {}) : `from the ${life}`;
      },
    });
    bob.handle(work("first"), { onError: () => {} });
    const asked = ada.request("bob", "are you well?");
    await w.until(async () => handled.length === 1);
    await w.crash(0);
    // dies again, between its answer and the end of the message
    w.log.hold("write", ({ stream, records }) => stream === "inbox/r1:bob" && records.length > 0);
    (await (await w.team()).join("bob")).handle(work("second"), { onError: () => {} });
    expect(await asked).toBe("from the second");
    await w.crash(0);
    const third = await (await w.team()).join("bob");
    await using _ = third.handle(work("third"));
    await w.until(async () => (await taken()) > 0);
    expect(handled).toEqual(["first m1", "second m1", "third m1"]);
    const history = await (await w.team()).history();
    expect(history.map(({ type, payload }) => [type, payload])).toEqual([
      ["response", "from the second"],
      ["request", "are you well?"],
    ]);
    expect(await taken()).toBe(1);

    async function taken(): Promise<number> {
      const records = await w.bench.records("inbox/r1:bob");
      return records.filter(({ type }) => type === "message.taken").length;
    }
  });

  it("two programs that read for one agent share its messages; a request is answered once", async () => {
    await using w = await contextBench(engine);
    const team = await w.team();
    const [ada, near] = [await team.join("ada"), await team.join("bob")];
    const far = await (await w.farTeam()).join("bob");
    const both = [near, far].map((bob, n) => bob.handle({ request: () => `bob ${n}` }));
    for (const n of [1, 2, 3]) expect(await ada.request("bob", n)).toMatch(/^bob [01]$/);
    for (const handling of both) await handling[Symbol.asyncDispose]();
    const responses = await team.history({ type: "response" });
    expect(responses.map(({ replyTo }) => replyTo)).toEqual(["m5", "m3", "m1"]);
    expect(await ada.receive({ timeoutMs: 0 })).toBeNull();
  });
});
