/** docs/guide/subjects.md is true: what it says to type is typed, and answered as it says. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createHost } from "../src/actors/host.ts";
import { asyncApiOf } from "../src/agents/asyncapi/document.ts";
import { hostKinds } from "../src/agents/host-kinds.ts";
import { startNats } from "./support/nats-server.ts";

const page = readFileSync("docs/guide/subjects.md", "utf8");

/** What is typed, and what then comes; `…` stands for anything. */
const dialogues = [...page.matchAll(/^```telnet\n(.*?)^```\n\n^```telnet answer\n(.*?)\n```/gms)].map(
  ([, typed = "", answer = ""]) => ({ typed, answer }),
);

describe("docs/guide/subjects.md", () => {
  it("is answered, over a bare socket, as it says", async () => {
    await using server = await startNats();
    await using _host = await createHost({ log: server.logUrl("demo"), kinds: hostKinds() });
    const socket = connect(server.port, "127.0.0.1");
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes.toString("utf8").replaceAll("\r\n", "\n");
    });
    expect(dialogues).toHaveLength(3);
    for (const { typed, answer } of dialogues) {
      heard = "";
      const expected = new RegExp(answer.split("…").map(escaped).join("[^]*?"));
      for (const step of stepsOf(typed)) {
        const before = answersIn(heard);
        socket.write(step.replaceAll("\n", "\r\n"));
        while (step.startsWith("PUB") && answersIn(heard) === before) await once(socket, "data");
      }
      while (!expected.test(heard)) await once(socket, "data", { signal: AbortSignal.timeout(3_000) });
    }
    socket.destroy();
  });

  it("explains every header of the AsyncAPI document, and every command", () => {
    const told = new Set([...page.matchAll(/`([\w-]+)`/g)].map(([, word = ""]) => word));
    const { components } = asyncApiOf() as unknown as Components; // what the parser says it is
    expect(
      Object.keys(components.schemas["RecordHeaders"]?.properties ?? {}).filter((h) => !told.has(h)),
    ).toEqual([]);
    const ops = Object.keys(components.schemas).flatMap(
      (key) => /^command\.(\w+)$/.exec(key)?.[1] ?? [],
    );
    expect(ops).toEqual(["start", "send", "stop", "parked", "unpark", "skip"]);
    const rows = [...page.matchAll(/^\| `(\w+)` +\| `\{/gm)].map(([, op]) => op);
    expect(rows).toEqual(ops);
  });

  it("links to places that are there", () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase().replaceAll(" ", "-"),
    );
    for (const [, link = ""] of page.matchAll(/\]\(#([\w-]+)\)/g)) expect(anchors).toContain(link);
  });
});

interface Components {
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: object }>>;
  };
}

function answersIn(heard: string): number {
  return heard.split("MSG _INBOX.me").length - 1;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** A message and its data are one step. */
function stepsOf(typed: string): readonly string[] {
  return [...typed.matchAll(/^PUB .*\n.*\n|^.*\n/gm)].map(([step]) => step);
}
