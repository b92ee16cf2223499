/** Agents elsewhere, asked over a real server: what they say, and all that can go wrong with it. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { isSubject, parseChunk } from "../../../src/agents/remote/protocol.ts";
import {
  promptAgent,
  type PromptOptions,
  type RemoteEvent,
} from "../../../src/agents/remote/prompt.ts";
import { rawConnection } from "../../support/nats-log.ts";
import { startNats } from "../../support/nats-server.ts";
import { startAgent, type Prompted, type TestAgentOptions } from "../../support/remote-agent.ts";
import { sharedNats } from "../../support/shared-nats.ts";

type Play = Parameters<typeof startAgent>[1];

/** All events of one answer, questions without their `answer`. */
async function asked(play: Play, options: PromptOptions = {}, agent: TestAgentOptions = {}) {
  await using nc = await rawConnection(sharedNats.port);
  await using one = await startAgent(sharedNats.port, play, agent);
  const events: RemoteEvent[] = [];
  for await (const event of promptAgent(nc, one.found, "Do it.", options)) events.push(event);
  return { events, prompts: one.prompts };
}

const text = (events: readonly RemoteEvent[]): string =>
  events.map((event) => (event.type === "response" ? event.text : "")).join("");

const ends = (...chunks: readonly (readonly [string, unknown])[]) => {
  return (prompted: Prompted) => {
    for (const [type, data] of chunks) prompted.say(type, data);
    prompted.end();
  };
};

describe("an agent elsewhere", () => {
  it("is told a prompt with its files, and its answer comes piece by piece, to its end", async () => {
    const file = { filename: "a.txt", content: Buffer.from("hi").toString("base64") };
    const play = ends(
      ["response", "Hello, "],
      ["status", "thinking"],
      ["later", { never: "heard of" }],
      ["response", { text: "world.", attachments: [file], more: 1 }],
    );
    const attachments = [{ filename: "b.txt", bytes: Buffer.from("ho") }];
    const { events, prompts } = await asked(play, { attachments });
    expect(events).toEqual([
      { type: "status", status: "ack" },
      { type: "response", text: "Hello, ", attachments: [] },
      { type: "status", status: "thinking" },
      {
        type: "response",
        text: "world.",
        attachments: [{ filename: "a.txt", bytes: Buffer.from("hi") }],
      },
      { type: "end", unknown: 1 },
    ]);
    expect(prompts).toEqual([
      { prompt: "Do it.", attachments: [{ filename: "b.txt", content: "aG8=" }] },
    ]);
  });

  it("asks in the middle, several things at once, and hears the first answer to each", async () => {
    await using nc = await rawConnection(sharedNats.port);
    await using agent = await startAgent(sharedNats.port, async (prompted) => {
      const answers = await Promise.all([prompted.ask("Red?"), prompted.ask("{Blue?")]);
      prompted.say("response", answers.join(" "));
      prompted.end();
    });
    const events: RemoteEvent[] = [];
    for await (const event of promptAgent(nc, agent.found, "Do it.", { inactivityMs: 2_000 })) {
      events.push(event);
      if (event.type !== "query") continue;
      event.answer(`{"${event.question}": yes`);
      event.answer("no");
    }
    expect(text(events)).toBe('{"Red?": yes {"{Blue?": yes');
  });

  it.each<[string, PromptOptions, TestAgentOptions, RegExp]>([
    ["files that it does not take", files(1), { endpoint: { attachments_ok: false } }, /attachments/],
    ["more than it takes", files(600_000), {}, /takes 524288 bytes, and the prompt has 8/],
  ])("is not sent %s", async (_, options, agent, message) => {
    await using nc = await rawConnection(sharedNats.port);
    await using one = await startAgent(sharedNats.port, undefined, agent);
    const found = { ...one.found, attachments: agent.endpoint === undefined };
    const answer = Array.fromAsync(promptAgent(nc, found, "Do it.", options));
    await expect(answer).rejects.toMatchObject({
      code: "REMOTE_FAILED",
      message: expect.stringMatching(message) as string,
    });
    await nc.flush();
    expect(one.prompts).toEqual([]);
  });

  it.each<[number, object | undefined, object]>([
    [500, undefined, { code: "REMOTE_FAILED", message: expect.stringContaining("words") as string }],
    [
      400,
      { error: "bad", message: "no\nway" },
      { message: expect.stringContaining("no way") as string },
    ],
    [
      429,
      { error: "busy", retry_after_s: 1.5 },
      { code: "REMOTE_UNAVAILABLE", data: expect.objectContaining({ retryAfterMs: 1500 }) as object },
    ],
    [409, undefined, { code: "REMOTE_UNAVAILABLE" }],
  ])("says that it failed with %i", async (code, body, error) => {
    const play = (prompted: Prompted) => {
      prompted.say("response", "half");
      prompted.fail(code, "words", body);
    };
    await expect(asked(play)).rejects.toMatchObject(error);
  });

  it.each<[string, string | Uint8Array]>([
    ["no JSON", "Hello."],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["no type", "{}"],
    ["an answer without text", '{"type":"response","data":{}}'],
    [
      "a file that is none",
      '{"type":"response","data":{"text":"","attachments":[{"filename":"a","content":"_"}]}}',
    ],
    ["a status that is no word", '{"type":"status","data":{}}'],
    ["a question without an inbox", '{"type":"query","data":{"id":"1","prompt":"?"}}'],
    ["a question to a service", query("$JS.API.STREAM.DELETE.LOG")],
    ["a question to another agent", query("agents.prompt.a.b.c")],
    ["a question to all inboxes", query("_INBOX.>")],
  ])("S2: says %s: that is REMOTE_FAILED, and nothing is answered", async (_, bytes) => {
    const play = (prompted: Prompted) => prompted.raw(bytes);
    await expect(asked(play)).rejects.toMatchObject({
      code: "REMOTE_FAILED",
      message: expect.stringContaining("what the protocol does not know") as string,
    });
  });

  it("says too much", async () => {
    const play = (prompted: Prompted) => {
      for (let n = 0; n < 20; n++) prompted.say("response", "x".repeat(1_000));
    };
    await expect(asked(play, { maxBytes: 10_000 })).rejects.toMatchObject({
      code: "REMOTE_FAILED",
      data: expect.objectContaining({ limit: 10_000 }) as object,
    });
  });

  it("is not there", async () => {
    await using nc = await rawConnection(sharedNats.port);
    await using agent = await startAgent(sharedNats.port);
    const gone = { ...agent.found, subject: `${agent.subject}-gone` };
    await expect(Array.fromAsync(promptAgent(nc, gone, "?"))).rejects.toMatchObject({
      code: "REMOTE_UNAVAILABLE",
    });
  });

  it("dies in the middle: without heartbeats of its own, nobody waits for it", async () => {
    await using nc = await rawConnection(sharedNats.port);
    const kind = { heartbeatMs: 30 };
    const first: { die?: () => Promise<void> } = {};
    await using agent = await startAgent(
      sharedNats.port,
      async (prompted) => {
        prompted.say("response", "half");
        await first.die?.();
      },
      kind,
    );
    first.die = agent.die;
    // another instance lives: that is not the one that was asked
    const beat = JSON.stringify({ instance_id: "another", interval_s: 0.03 });
    const other = setInterval(() => nc.publish(agent.subject.replace("prompt", "hb"), beat), 10);
    using _other = { [Symbol.dispose]: () => clearInterval(other) };
    await using events = promptAgent(nc, agent.found, "?", { inactivityMs: 60_000 });
    await events.next();
    await events.next();
    await expect(events.next()).rejects.toMatchObject({
      code: "REMOTE_UNAVAILABLE",
      message: expect.stringContaining("no sign of life for 90 ms") as string,
    });
  });

  it("lives, and says nothing: after a while that is the end; a word now and then is enough", async () => {
    const silent = asked(() => {}, { inactivityMs: 60 }, { heartbeatMs: 10 });
    await expect(silent).rejects.toMatchObject({
      code: "REMOTE_UNAVAILABLE",
      message: expect.stringContaining("said nothing for 60 ms") as string,
    });
    const drips = async (prompted: Prompted) => {
      for (let n = 0; n < 6; n++) {
        await new Promise((resolve) => void setTimeout(resolve, 50));
        prompted.say("status", "keepalive");
      }
      prompted.say("response", "done");
      prompted.end();
    };
    expect(text((await asked(drips, { inactivityMs: 250 })).events)).toBe("done");
  });

  it("may be silent for as long as it waits for an answer", async () => {
    await using nc = await rawConnection(sharedNats.port);
    await using agent = await startAgent(sharedNats.port, async (prompted) => {
      prompted.say("response", await prompted.ask("Red?"));
      prompted.end();
    });
    const events: RemoteEvent[] = [];
    for await (const event of promptAgent(nc, agent.found, "?", { inactivityMs: 50 })) {
      events.push(event);
      if (event.type === "query") setTimeout(() => event.answer("yes"), 150);
    }
    expect(text(events)).toBe("yes");
  });

  it.each<
    [string, (events: AsyncGenerator<RemoteEvent>, aborting: AbortController) => Promise<unknown>]
  >([
    ["an abort", (events, aborting) => (aborting.abort("enough"), events.next().catch(String))],
    ["the end of the loop", (events) => events.return(undefined)],
  ])("is not listened to after %s", async (_, leave) => {
    await using nc = await rawConnection(sharedNats.port);
    const seen = Promise.withResolvers<Prompted>();
    await using agent = await startAgent(sharedNats.port, (prompted) => {
      prompted.say("response", "half");
      seen.resolve(prompted);
    });
    const aborting = new AbortController();
    const events = promptAgent(nc, agent.found, "?", { signal: aborting.signal });
    await events.next();
    const prompted = await seen.promise;
    expect(await prompted.isHeard()).toBe(true);
    expect(["enough", { done: true, value: undefined }]).toContainEqual(await leave(events, aborting));
    await nc.flush();
    expect(await prompted.isHeard()).toBe(false);
  });

  it("is lost with the connection, when the server is started again", async () => {
    await using server = await startNats();
    await using nc = await rawConnection(server.port);
    await using agent = await startAgent(server.port, (prompted) => prompted.say("response", "half"));
    await using events = promptAgent(nc, agent.found, "?");
    await events.next();
    await events.next();
    await server.kill();
    await expect(events.next()).rejects.toMatchObject({
      code: "REMOTE_UNAVAILABLE",
      message: expect.stringContaining("the connection to the server was lost") as string,
    });
  });
});

function query(at: string): string {
  return JSON.stringify({ type: "query", data: { id: "1", reply_subject: at, prompt: "?" } });
}

function files(bytes: number): PromptOptions {
  return { attachments: [{ filename: "a", bytes: new Uint8Array(bytes) }] };
}

describe("what comes over the wire", () => {
  test.prop({ bytes: fc.uint8Array() })("for every bytes, a chunk is read or refused", ({ bytes }) => {
    expect(Object.keys(parseChunk(bytes))).toHaveLength(1);
  });

  test.prop({ type: fc.string(), data: fc.jsonValue() })(
    "for every chunk of an unknown type, it is told as that",
    ({ type, data }) => {
      fc.pre(!["response", "status", "query"].includes(type));
      const bytes = Buffer.from(JSON.stringify({ type, data }));
      expect(parseChunk(bytes)).toEqual({ unknown: type });
    },
  );

  it.each(["", "a b", "$SRV.INFO", "a.$JS", "a.*", "a.>", ".a", "a..b", "a\n"])(
    "%j is no subject for prompts",
    (subject) => expect(isSubject(subject)).toBe(false),
  );
});
