/** Tools of real MCP servers: processes and HTTP, good ones and bad ones. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ToolContext } from "../../../src/agents/definition/tool.ts";
import { mcpTools, type McpOptions, type McpTools } from "../../../src/agents/mcp/mcp-tools.ts";
import { TOOL_NAME } from "../../../src/agents/definition/tool.ts";
import { TroupeError } from "../../../src/errors.ts";
import { freshFolder, workPackage } from "../../support/agent-runs.ts";
import { mcpHttp, type McpHttp } from "../../support/mcp-http.ts";

const CHILD = "tests/support/mcp-child.ts";
const env = { PATH: process.env["PATH"], MCP_TOKEN: "planted-token-9", OTHER: "x" };

const child = (behaviour: string, options: McpOptions = {}) =>
  mcpTools(
    { command: process.execPath, args: [CHILD, behaviour], passEnv: ["MCP_TOKEN"] },
    { env, ...options },
  );

const context = (signal: AbortSignal): ToolContext => ({
  signal,
  idempotencyKey: "key-1",
  fence: { epoch: 1, attempt: 1 },
  deadline: 0,
  progress: () => {},
  log: () => {},
  agent: "coder",
  work: workPackage(),
  place: { folder: "/", artifacts: "/" },
});

async function call({ tools }: McpTools, name: string, input: unknown = {}, signal?: AbortSignal) {
  const tool = tools[name];
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool.call(input, context(signal ?? new AbortController().signal));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function thrown(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return TroupeError.is(error) ? `${error.code}: ${error.message}` : String(error);
}

describe("tools of an MCP server that is a process", () => {
  let good: McpTools;
  beforeAll(async () => {
    good = await child("good", { prefix: "t_" });
  });
  afterAll(() => good[Symbol.asyncDispose]());

  it("have its names, descriptions and schemas", () => {
    expect(Object.keys(good.tools).join(" ")).toBe(
      "t_add t_secret t_key t_picture t_fails t_throws t_slow t_crash t_hang",
    );
    expect(good.tools["t_add"]).toMatchObject({
      description: "Adds.",
      input: { type: "object", required: ["a", "b"], properties: { a: { type: "number" } } },
    });
    expect(good.tools["t_add"]?.input).not.toHaveProperty("$schema");
  });

  it("answer structured content as JSON, texts as they are, and a note of what a model cannot read", async () => {
    expect(await call(good, "t_add", { a: 1, b: 2 })).toBe('{"sum":3}');
    expect(await call(good, "t_picture")).toBe(
      "a cat\n\n[image image/png, 3 bytes, is not shown]\n\n[resource more: file:///more.md]\n\n# A",
    );
    expect(await call(good, "t_key")).toBe('"key-1"');
  });

  it("S2: secrets of its environment stand in no description, result or error", async () => {
    expect(good.tools["t_secret"]?.description).toBe("Knows [redacted].");
    expect(await call(good, "t_secret")).toBe("it is [redacted]");
    expect(await thrown(call(good, "t_fails"))).toBe("MCP_FAILED: no disk, key [redacted]");
  });

  it("say what is wrong: the tool failed, it threw, or it was called with something else", async () => {
    expect(await thrown(call(good, "t_throws"))).toBe("MCP_FAILED: it broke");
    expect(await thrown(call(good, "t_add", { a: "x" }))).toMatch(/^MCP_FAILED: .*Invalid/s);
    expect(await thrown(call(good, "t_add", [1]))).toMatch(/^INPUT_INVALID/);
    expect(await thrown(child("good", { only: ["ad"] }))).toMatch(/has no tool "ad"$/);
  });

  it("fail when the server dies in the middle of a call, with its last words; the next call starts it anew", async () => {
    expect(await thrown(call(good, "t_crash"))).toMatch(
      /^MCP_FAILED: the MCP server ".*node" failed: .*[Cc]losed.* \(it said: out of luck, \[redacted\]\)$/,
    );
    const both = await Promise.all([call(good, "t_key"), call(good, "t_add", { a: 2, b: 2 })]);
    expect(both).toEqual(['"key-1"', '{"sum":4}']);
  });

  it("a call that hangs ends with its signal, and the server goes on", async () => {
    const turn = new AbortController();
    const hanging = thrown(call(good, "t_hang", {}, turn.signal));
    await call(good, "t_key"); // by then it hangs
    turn.abort(new Error("too late"));
    expect(await hanging).toBe("Error: too late");
    expect(await call(good, "t_key")).toBe('"key-1"');
    expect(await thrown(call(good, "t_key", {}, AbortSignal.abort(new Error("over"))))).toBe(
      "Error: over",
    );
  });
});

describe("an MCP server that is odd", () => {
  it("may have names and schemas that no provider takes: names are mended, schemas go along", async () => {
    await using odd = await child("odd");
    const names = Object.keys(odd.tools);
    expect(names).toEqual([
      "dotted_name_x",
      expect.stringMatching(/^dotted_name_x_[0-9a-f]{8}$/),
      expect.stringMatching(/^n{55}_[0-9a-f]{8}$/),
      "recursive",
    ]);
    for (const name of names) {
      expect(name).toMatch(TOOL_NAME);
      expect(odd.tools[name]?.input["type"]).toBe("object");
      expect(await call(odd, name)).toBe("odd");
    }
    expect(odd.tools["recursive"]?.input).toMatchObject({ properties: { b: true }, anyOf: [{}] });
    expect(odd.tools["dotted_name_x"]?.description).toBe("dotted.name/x");
  });

  it("is refused where it does not speak, leaves, is not there, or lists what is no tool", async () => {
    const all = await Promise.all([
      thrown(child("silent", { openMs: 700 })),
      thrown(child("leaves")),
      thrown(child("wrong")),
      thrown(child("broken", { openMs: 700 })),
      thrown(mcpTools({ command: "no-such-program" }, { env })),
      thrown(mcpTools({ url: "file:///etc" }, { env })),
    ]);
    expect(all[0]).toMatch(/^MCP_FAILED: .*timed out/i);
    expect(all[1]).toMatch(/^MCP_FAILED: .*closed/i);
    expect(all[2]).toMatch(/^MCP_FAILED: /);
    expect(all[3]).toMatch(/^MCP_FAILED: /);
    expect(all[4]).toMatch(/^MCP_FAILED: .*no-such-program.*ENOENT/);
    expect(all[5]).toMatch(/^MCP_FAILED: .*is no URL/);
    expect(all.join()).not.toContain("planted");
  });

  it("that lets a call hang and does not live is ended; the next call starts another", async () => {
    using folder = freshFolder();
    const file = join(folder.path, "pids");
    const pids = () => readFileSync(file, "utf8").trim().split("\n").map(Number);
    const args = [CHILD, "mute", file];
    await using mute = await mcpTools({ command: process.execPath, args }, { env, aliveMs: 50 });
    const hang = async () => {
      const turn = new AbortController();
      const ended = thrown(call(mute, "wait", {}, turn.signal));
      setImmediate(() => turn.abort(new Error("too late")));
      expect(await ended).toBe("Error: too late");
    };
    await hang();
    const [first = 0] = pids();
    await expect.poll(() => isAlive(first), { timeout: 5_000 }).toBe(false);
    await hang();
    await expect.poll(() => pids().length, { timeout: 5_000 }).toBe(2);
  });

  it("that is closed is not opened again, and is gone", async () => {
    const tools = await child("good");
    await tools[Symbol.asyncDispose]();
    await tools[Symbol.asyncDispose]();
    expect(await thrown(call(tools, "key"))).toMatch(/its tools were closed$/);
  });
});

describe("tools of an MCP server over HTTP", () => {
  let server: McpHttp;
  beforeAll(async () => {
    server = await mcpHttp("planted-token-9");
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const headers = { authorization: "Bearer planted-token-9" };

  it("send their headers, which stand in no result", async () => {
    await using http = await mcpTools({ url: server.url, headers }, { env });
    expect(await call(http, "add", { a: 1, b: 2 })).toBe('{"sum":3}');
    expect(await call(http, "secret")).toBe("it is [redacted]");
    expect(new Set(server.keys)).toEqual(new Set(["Bearer planted-token-9"]));
  });

  it("open a new session where the server has forgotten theirs", async () => {
    await using http = await mcpTools({ url: server.url, headers }, { env });
    server.forget();
    expect(await call(http, "add", { a: 1, b: 2 })).toBe('{"sum":3}');
    expect(server.sessions()).toBe(1);
  });

  it("say which status a server answers, and not what it repeats of a key", async () => {
    await using http = await mcpTools({ url: server.url, headers }, { env });
    server.answer(403);
    const said = await thrown(call(http, "add", { a: 1, b: 2 }));
    expect(said).toMatch(/^MCP_FAILED: the MCP server "http:\/\/127.0.0.1:\d+\/mcp" failed: .*403/);
    expect(said).not.toContain("planted");
    server.answer(undefined);
    expect(await call(http, "add", { a: 1, b: 2 })).toBe('{"sum":3}');
    expect(await thrown(mcpTools({ url: "http://127.0.0.1:1/mcp" }, { env }))).toMatch(/^MCP_FAILED/);
  });
});
