/** Agents that are described in Markdown files, right and wrong. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ReadAgentsOptions } from "../../../src/agents/definition/in-text.ts";
import { readAgents } from "../../../src/agents/definition/read-agents.ts";
import { defineTool } from "../../../src/agents/definition/tool.ts";
import { TroupeError } from "../../../src/errors.ts";
import { freshFolder } from "../../support/agent-runs.ts";
import { modelOf } from "../../support/chat-model.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

async function read(files: Files, options: ReadAgentsOptions = {}) {
  using folder = freshFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return await readAgents(folder.path, options);
}

/** Every fault, as `FILE:LINE:COLUMN …`, without the folder. */
async function faults(files: Files, options: ReadAgentsOptions = {}): Promise<readonly string[]> {
  using folder = freshFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  const error: unknown = await readAgents(folder.path, options).catch((thrown: unknown) => thrown);
  if (!TroupeError.is(error, "AGENT_INVALID")) throw error;
  const lines = error.message.split("\n  ").slice(1);
  return lines.map((line) => line.replaceAll(`${folder.path}/`, ""));
}

const tool = (description: string) => defineTool({ description, input: z.object({}), run: () => "" });
const tools = { read_file: tool("Reads."), search: tool("Searches.") };

const CRITIC = `---
name: critic
description: Finds what is wrong with a text.
tools: read_file, search
model: inherit
color: red
---

You are strict.

---

Name every fault.
`;

const small = (name: string, more = "") =>
  `---\nname: ${name}\ndescription: It is ${name}.\n${more}---\nWork.\n`;

describe("readAgents", () => {
  it("S0-066: front matter and body become the registration of an agent", async () => {
    const { critic } = await read({ "critic.md": CRITIC, "README.md": "# no agent" }, { tools });
    expect(critic).toMatchObject({
      name: "critic",
      description: "Finds what is wrong with a text.",
      color: "red",
      mayAsk: false,
      instructions: "You are strict.\n\n---\n\nName every fault.",
      way: { type: "model", about: { model: null } },
      limits: { turns: 50 },
    });
    expect(critic?.tools).toEqual(tools);
  });

  it("S0-066: the rest of an agent may stand there, too", async () => {
    const more = [
      'tools: ["search"]',
      "skills: [Audit, owasp]",
      "mayAsk: true",
      "limits: { turns: 3, budget: { calls: 9 } }",
      "human: eva",
      "host: office",
    ].join("\n");
    const { a } = await read({ "a.md": small("a", `${more}\n`) }, { tools });
    expect(a).toMatchObject({
      skills: ["Audit", "owasp"],
      mayAsk: true,
      limits: { turns: 3, budget: { calls: 9 }, repairs: 2 },
      way: { type: "human", about: { who: "eva" } },
      host: "office",
    });
    expect(Object.keys(a?.tools ?? {})).toEqual(["search"]);
  });

  it("reads the same whatever the editor: byte order mark, CRLF, spaces behind the bounds", async () => {
    const { critic } = await read({ "critic.md": CRITIC }, { tools });
    const windows = `\uFEFF${CRITIC.replaceAll("---\n", "--- \n").replaceAll("\n", "\r\n")}`;
    const { critic: other } = await read(
      { "critic.md": windows.replace("--- \r\n\r\nName", "---\r\n\r\nName") },
      { tools },
    );
    expect(other?.instructions).toBe(critic?.instructions);
    expect(other?.version).toBe(critic?.version);
  });

  it("a model is the host's own, mapped, or passed on as it is named", async () => {
    const own = modelOf(() => ({ text: "" }));
    const files = {
      "a.md": small("a"),
      "b.md": small("b", "model: inherit\n"),
      "c.md": small("c", "model: sonnet\n"),
      "d.md": small("d", "model: openai:gpt-5\n"),
      "e.md": small("e", "model: constructor\n"),
    };
    const models = { sonnet: "anthropic:claude-sonnet-4-5" };
    const agents = Object.values(await read(files, { model: own, models }));
    expect(agents.map(({ way }) => way.model)).toEqual([
      "test:model",
      "test:model",
      "anthropic:claude-sonnet-4-5",
      "openai:gpt-5",
      "constructor",
    ]);
    expect((await read({ "a.md": small("a") }))["a"]?.way.model).toBeUndefined();
  });

  it("what another tool has built in is done without, and told; what is given under its name is used", async () => {
    const warned: string[] = [];
    const warn = (message: string) => warned.push(message);
    const more = "tools: Read, Bash(git log:*), search\n";
    const { a } = await read({ "a.md": small("a", more) }, { tools, warn });
    expect(Object.keys(a?.tools ?? {})).toEqual(["search"]);
    expect(warned).toEqual([
      'the agent "a" works without Read, Bash(git log:*): no tools of these names were given',
    ]);
    const given = await read(
      { "a.md": small("a", "tools: Read\n") },
      { tools: { Read: tools.read_file } },
    );
    expect(Object.keys(given["a"]?.tools ?? {})).toEqual(["Read"]);
  });

  it("no tools where none are named, and all for a star", async () => {
    const files = {
      "a.md": small("a"),
      "b.md": small("b", "tools:\n"),
      "c.md": small("c", 'tools: "*"\n'),
    };
    const agents = Object.values(await read(files, { tools }));
    expect(agents.map((agent) => Object.keys(agent.tools).length)).toEqual([0, 0, 2]);
  });

  it("S0-066: all faults of all files are told at once, with line and column", async () => {
    const found = await faults(
      {
        "bare.md": "You are strict.\n",
        "open.md": "---\nname: open\n",
        "typo.md": "---\nname: typo\ndescripton: x\ntools: [read_fil, nothing]\n---\nWork.\n",
        "types.md":
          "---\nname: types\ndescription: 3\nmayAsk: maybe\nlimits: { turns: 0 }\nhost: a b\n---\nWork.\n",
        "yaml.md": "---\nname: yaml\ndescription: Use it: always\n---\nWork.\n",
        "other.md": small("else"),
        "else.md": small("else"),
        "empty.md": "---\nname: empty\ndescription: x\n---\n\n  \n",
        "two.md": small("two", "human: eva\nmodel: opus\n"),
        "tool.md": small("tool", "tools:\n  - search\n  - serch\n"),
      },
      { tools },
    );
    expect(found).toEqual([
      "bare.md:1:1 it has no front matter (Begin the file with a line `---`, fields such as `name: coder`, and another line `---`.)",
      "empty.md:5:1 it has no instructions (Say below the front matter how it works.)",
      "open.md:1:1 its front matter does not end (Put a line `---` between its fields and the text.)",
      'other.md:1:1 name: the agent "else" is described in else.md, too (Give one of them another name.)',
      'other.md:2:7 name: it is "else", and the file is called "other.md" (Call both the same.)',
      'tool.md:6:5 tools[1]: unknown tool "serch" (Did you mean "search"?)',
      "two.md:4:1 human: it has both model and human (Keep one of the two.)",
      "types.md:3:14 description: expected text, got number 3",
      "types.md:4:9 mayAsk: expected true or false, got text",
      "types.md:5:18 limits.turns: it must be at least 1",
      "types.md:6:7 host: it is no label: letters, digits, _ and -, at most 64",
      "typo.md:2:1 description: it is missing",
      'typo.md:3:1 descripton: unknown field "descripton" (Did you mean "description"?)',
      expect.stringMatching(/^yaml\.md:3:\d+ .*\(Put the text in quotes/),
    ]);
  });

  it("a file that is no text, or too long, is a fault of its own", async () => {
    const files = {
      "a.md": new Uint8Array([0xff, 0xfe, 0x41]),
      "b.md": `${small("b")}${"x".repeat(1024 * 1024)}`,
      "c.md": "---\nname: c\n\0",
      "d.md": "",
      "e.md": "---\n---\nWork.",
      "f.md": `---\nname: ${"[".repeat(500)}\n---\nWork.`,
    };
    const found = await faults(files);
    expect(found.map((line) => line.split(" (")[0]).slice(0, 5)).toEqual([
      "a.md:1:1 it is no text in UTF-8",
      "b.md:1:1 it is longer than 1024 KiB",
      "c.md:1:1 it holds a NUL character",
      "d.md:1:1 it has no front matter",
      "e.md:1:1 it is empty, not an agent: fields such as name and description",
    ]);
  });

  it("a folder that is not there, is a file, or is empty says so", async () => {
    using folder = freshFolder();
    const codeOf = (path: string) =>
      readAgents(path).then(
        () => "read",
        (error: unknown) => (TroupeError.is(error) ? `${error.code} ${error.message}` : "?"),
      );
    mkdirSync(join(folder.path, "sub.md"));
    writeFileSync(join(folder.path, "notes.txt"), "");
    expect(await codeOf(folder.path)).toContain("holds no definition of an agent");
    expect(await codeOf(join(folder.path, "none"))).toContain("AGENTS_NOT_FOUND");
    expect(await codeOf(join(folder.path, "notes.txt"))).toContain("is a file");
    chmodSync(folder.path, 0o700);
  });

  test.prop([fc.string({ unit: "binary" }), fc.boolean()], { numRuns: 60 })(
    "for every text: agents, or AGENT_INVALID with a place",
    async (text, bounded) => {
      const whole = bounded ? `---\nname: a\ndescription: ${text}\n---\n${text}` : text;
      const error: unknown = await read({ "a.md": whole }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error === undefined || TroupeError.is(error, "AGENT_INVALID")).toBe(true);
    },
  );
});
