/** Handlers of facts. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import type { ActorRecord } from "../../src/actors/reads.ts";
import { onFacts } from "../../src/agents/handlers.ts";
import type { RecordedEvent } from "../../src/events/record.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("handlers of facts, on $name", ({ bench }) => {
  it("S4-009: hear each fact once, past and to come, from any process; what one throws breaks nothing", async () => {
    await using b = await bench();
    const kinds = [counterKind()] as const;
    const { host, log } = await b.start(kinds);
    await using other = await connect({ log, kinds });
    const end = new AbortController();
    const counter = await host.start("counter/c");
    const stranger = await host.start("counter/d");
    const say = async (text: string) => {
      await counter.send({ type: "SAY", text });
      await stranger.send({ type: "SAY", text: `${text} (d)` });
    };
    await say("1");
    const heard: unknown[] = [];
    const faults: unknown[] = [];
    const told: unknown[] = [];
    const shared = { types: ["counter.said"], signal: end.signal, run: "c" } as const;
    const all = [
      onFacts(host, {
        ...shared,
        handler: (fact) => {
          if (fact["text"] === "2") throw new Error("no");
          heard.push(fact["text"]);
        },
        onError: (error, { stream, seq }) => {
          faults.push([(error as Error).message, stream, seq]);
          throw new Error("and again");
        },
      }),
      onFacts(other, {
        ...shared,
        handler: async (fact, { stream }) => {
          told.push([stream, fact["text"]]);
          await Promise.reject(new Error("nobody hears this"));
        },
      }),
    ];
    await say("2");
    await counter.send({ type: "ADD", by: 1 });
    await say("3");
    await expect.poll(() => [heard.length, told.length]).toEqual([2, 3]);
    expect(heard).toEqual(["1", "3"]);
    expect(told).toEqual([
      ["counter/c", "1"],
      ["counter/c", "2"],
      ["counter/c", "3"],
    ]);
    expect(faults).toEqual([["no", "counter/c", 3]]);
    expect((await counter.snapshot()).context.count).toBe(1);
    end.abort();
    await Promise.all(all);
    await say("4");
    await b.settle();
    expect([heard.length, told.length]).toEqual([2, 3]);
  });

  it("S4-009: go on behind a cut, so that a new process handles nothing twice", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    const texts: unknown[] = [];
    let cut: string | undefined;
    for (const round of [1, 2]) {
      await counter.send({ type: "SAY", text: `${round}a` });
      await counter.send({ type: "SAY", text: `${round}b` });
      const end = new AbortController();
      const done = onFacts(host, {
        types: ["counter.said"],
        signal: end.signal,
        ...(cut !== undefined && { after: cut }),
        handler: (fact, { position }) => {
          texts.push(fact["text"]);
          cut = position;
        },
      });
      await expect.poll(() => texts.length).toBe(2 * round);
      end.abort();
      await done;
    }
    expect(texts).toEqual(["1a", "1b", "2a", "2b"]);
  });
});

it("S4-009: a handler that ends it hears nothing more of the same record", async () => {
  const end = new AbortController();
  const facts = ["a", "b"].map((text) => ({ type: "said", text }));
  async function* records() {
    yield { body: { facts } } as unknown as ActorRecord;
  }
  const heard: unknown[] = [];
  const handler = (fact: RecordedEvent): void => {
    heard.push(fact["text"]);
    end.abort();
  };
  await onFacts({ records }, { types: ["said"], signal: end.signal, handler });
  expect(heard).toEqual(["a"]);
});
