/** A1, L5: the facts of many actors, heard once they are on disk, in this process and in others. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { TroupeError } from "../../src/errors.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind, upTo } from "../support/laws-kinds.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { aideKind } from "../support/laws-lead.ts";

const say = (text: string) => ({ type: "SAY" as const, text });
const said = (text: string) => ({ type: "counter.said", text });
const kinds = () => [counterKind(), aideKind()] as const;

describe.each(ENGINES)("facts of a host, on $name", ({ bench }) => {
  it("A1: are heard only once their record is on disk, before their sender is answered", async () => {
    await using b = await bench();
    const { host, log } = await b.start(kinds());
    const counter = await host.start("counter/c");
    const heard: unknown[] = [];
    await host.facts({}, (fact, address) => heard.push([address, fact]));
    log.hold("answer");
    const sent = counter.send(say("a"));
    await b.settle();
    expect(heard).toEqual([]);
    log.release();
    await sent;
    expect(heard).toEqual([["counter/c", said("a")]]);
  });

  it("A1: of an append that failed none is heard, and who listens is told that the host failed", async () => {
    await using b = await bench();
    const { host, log } = await b.start(kinds());
    const counter = await host.start("counter/c");
    const heard: unknown[] = [];
    const failed: unknown[] = [];
    await host.facts(
      {},
      (fact) => heard.push(fact),
      (why) => failed.push(why),
    );
    const end = await host.facts(
      {},
      (fact) => heard.push(fact),
      (why) => failed.push(why),
    );
    end();
    log.meddle(() => Promise.reject(new TroupeError("LOG_WRITE_FAILED", "the disk is full")));
    await expect(counter.send(say("a"))).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
    expect(heard).toEqual([]);
    expect(failed).toMatchObject([{ code: "HOST_FAILED" }]);
    await expect(host.facts({}, () => {})).rejects.toMatchObject({ code: "HOST_FAILED" });
  });

  it("are heard by kind, root and type, in the order in which they were written", async () => {
    await using b = await bench();
    const { host } = await b.start(kinds());
    const heard: Record<string, string[]> = {};
    const filters = {
      all: {},
      counters: { kind: "counter" },
      one: { root: "x" },
      counterOne: { kind: "counter", root: "x" },
      said: { type: "counter.said" },
      worked: { type: "aide.worked", root: "y" },
      none: { kind: "count" },
      neither: { kind: "aide", type: "counter.said" },
    };
    for (const [name, filter] of Object.entries(filters))
      await host.facts(
        filter,
        ({ type }, address) => void (heard[name] ??= []).push(`${address} ${type}`),
      );
    for (const root of ["x", "y"] as const) {
      await (await host.start(`counter/${root}`)).send(say("a"));
      await (await host.start(`aide/${root}`)).send({ type: "JOB", job: 1 });
    }
    const [cx, ax] = ["counter/x counter.said", "aide/x aide.worked"];
    const [cy, ay] = ["counter/y counter.said", "aide/y aide.worked"];
    expect(heard).toEqual({
      all: [cx, ax, cy, ay],
      counters: [cx, cy],
      one: [cx, ax],
      counterOne: [cx],
      said: [cx, cy],
      worked: [ay],
    });
  });

  it("a listener that throws is reported, the others go on, and one that has ended hears nothing more", async () => {
    await using b = await bench();
    const { host, talk } = await b.start(kinds());
    const counter = await host.start("counter/c");
    const heard: string[] = [];
    await host.facts({}, () => {
      throw new Error("deaf");
    });
    const end = await host.facts({}, () => heard.push("one"));
    await host.facts({}, () => heard.push("two"));
    await counter.send(say("a"));
    end();
    end();
    await counter.send(say("b"));
    expect(heard).toEqual(["one", "two", "two"]);
    expect(talk.map(([message]) => message)).toEqual(["a listener threw", "a listener threw"]);
  });

  it("who listens is told once when the host closes, and who has ended is not; a closed host takes no listener", async () => {
    await using b = await bench();
    const { host } = await b.start(kinds());
    const failed: unknown[] = [];
    const thrower = (why: unknown): never => {
      failed.push(why);
      throw new Error("deaf");
    };
    await host.facts({}, () => {}, thrower);
    await host.facts(
      {},
      () => {},
      (why) => failed.push(why),
    );
    (
      await host.facts(
        {},
        () => {},
        (why) => failed.push(why),
      )
    )();
    await host[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
    expect(failed).toMatchObject([{ code: "HOST_CLOSED" }, { code: "HOST_CLOSED" }]);
    await expect(host.facts({}, () => {})).rejects.toMatchObject({ code: "HOST_CLOSED" });
  });

  it("A2: a take-over and a replay repeat no fact", async () => {
    await using b = await bench();
    const first = await b.start(kinds());
    await (await first.host.start("aide/a")).send({ type: "JOB", job: 1 });
    await b.kill(first);
    const { host } = await b.start(kinds());
    const heard: unknown[] = [];
    await host.facts({}, (fact) => heard.push(fact));
    await host.read("aide/a", { at: 2 });
    await host.actor("aide/a").send({ type: "JOB", job: 2 });
    expect(heard).toEqual([{ type: "aide.worked", job: 2 }]);
  });

  it("record: the facts of a command stand in the record that answered it", async () => {
    await using b = await bench();
    const { host } = await b.start(kinds());
    const counter = await host.start("counter/c");
    const { seq } = await counter.send(say("a"));
    expect(await host.record("counter/c", seq)).toMatchObject({
      stream: "counter/c",
      seq: 2,
      body: { event: say("a"), facts: [said("a")] },
    });
    expect(await host.record("counter/c", 3)).toBeUndefined();
    expect(await host.record("counter/none", 1)).toBeUndefined();
    for (const none of [0, -1, 1.5, Number.NaN])
      await expect(host.record("counter/c", none)).rejects.toMatchObject({ code: "RECORD_INVALID" });
    await expect(host.record("counter", 1)).rejects.toMatchObject({ code: "ADDRESS_INVALID" });
  });
});

describe.each(EVERY_ENGINE)("facts of a client, on $name", ({ bench }) => {
  it("L5: all that is written from the moment that it listens is heard, in order and once", async () => {
    await using b = await bench();
    const { host } = await b.start(kinds());
    const counter = await host.start("counter/c");
    await counter.send(say("before"));
    const log = await b.open();
    const talk: string[] = [];
    const client = await connect({ log, kinds: kinds(), warn: (message) => talk.push(message) });
    const texts: unknown[] = [];
    await client.facts({}, () => {
      throw new Error("deaf");
    });
    const listening = client.facts({ root: "c", type: "counter.said" }, (fact) =>
      texts.push(fact["text"]),
    );
    const during = counter.send(say("0")); // may be heard or not: it was under way
    const end = await listening;
    await Promise.all([during, ...upTo(30).map((n) => counter.send(say(`${n}`)))]);
    const { seq } = await client.actor("counter/c").send(say("31"));
    await (await host.start("counter/d")).send(say("another"));
    await expect.poll(() => texts.at(-1)).toBe("31");
    expect(texts.filter((text) => text !== "0")).toEqual(upTo(31).map(String));
    expect((await client.record("counter/c", seq))?.body.facts).toEqual([said("31")]);
    expect(new Set(talk)).toEqual(new Set(["a listener threw"]));
    end();
    await counter.send(say("after"));
    await b.settle();
    expect(texts.at(-1)).toBe("31");
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  });

  it("who listens is told once when the client or its log is closed, and who has ended is not", async () => {
    await using b = await bench();
    await b.start(kinds());
    for (const who of ["client", "log"] as const) {
      const log = await b.open();
      const client = await connect({ log, kinds: kinds() });
      const failed: unknown[] = [];
      await client.facts(
        {},
        () => {},
        (why) => failed.push(why),
      );
      (
        await client.facts(
          {},
          () => {},
          (why) => failed.push(why),
        )
      )();
      await b.settle();
      await (who === "client" ? client : log)[Symbol.asyncDispose]();
      await expect.poll(() => failed).toHaveLength(1);
      expect(failed).toMatchObject([{ code: who === "client" ? "HOST_CLOSED" : "LOG_UNREACHABLE" }]);
      await client[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
      expect(failed).toHaveLength(1);
      await expect(client.facts({}, () => {})).rejects.toMatchObject({ code: "HOST_CLOSED" });
    }
  });
});
