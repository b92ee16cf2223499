/** Agents that are commands: real processes, good ones and bad ones. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byCommand, type ByCommandOptions } from "../../../src/agents/ways/by-command.ts";
import type { Turn, TurnContext } from "../../../src/agents/ways/way.ts";
import { TroupeError } from "../../../src/errors.ts";
import type { ChatMessage } from "../../../src/events/chat/message.ts";
import { freshFolder, workPackage } from "../../support/agent-runs.ts";

const node = (code: string): readonly string[] => [process.execPath, "-e", code];

/** Prints all of its standard input. */
const ECHO = node("process.stdin.pipe(process.stdout)");

const ASKED: readonly ChatMessage[] = [
  { role: "system", text: "You are brief." },
  { role: "user", text: "What is 1 + 2?" },
];

interface Asked {
  readonly messages?: readonly ChatMessage[];
  readonly outputs?: readonly string[];
  readonly signal?: AbortSignal;
  readonly folder?: string;
}

async function ask(options: ByCommandOptions, asked: Asked = {}) {
  const { messages = ASKED, outputs = [], signal = new AbortController().signal } = asked;
  const folder = asked.folder ?? process.cwd();
  const turn: Turn = {
    agent: "coder",
    work: workPackage({ outputs: [...outputs] }),
    place: { folder, artifacts: folder },
    messages,
    tools: [],
    output: undefined,
    maxOutputTokens: 100,
  };
  const context: TurnContext = {
    signal,
    idempotencyKey: "key-1",
    fence: { epoch: 1, attempt: 2 },
    deadline: 0,
    heartbeat: () => {},
    records: async function* () {},
    progress: () => {},
    log: () => {},
    model: () => Promise.reject(new Error("no model")),
    env: { PATH: process.env["PATH"], HOME: "/home/me", API_TOKEN: "tok-12345", PLAIN: "plain-value" },
    secrets: ["hunter22"],
  };
  const way = byCommand(options);
  const answer = await way.turn(turn, context);
  return { ...answer, result: way.result?.(answer.message) };
}

const thrown = async (options: ByCommandOptions, asked?: Asked) => {
  const error: unknown = await ask(options, asked).catch((reason: unknown) => reason);
  return TroupeError.is(error) ? `${error.code}: ${error.message}` : error;
};

describe("an agent that is a command", () => {
  it("is told the conversation on its standard input, and answers what it prints", async () => {
    const { message, finish, usage, model } = await ask({ argv: ECHO });
    expect(message.text).toBe("You are brief.\n\nWhat is 1 + 2?\n");
    expect([finish, usage, model]).toEqual(["stop", { inputTokens: 0, outputTokens: 0 }, "node"]);
  });

  it("is told what it answered before, and what was wrong with it", async () => {
    const { message } = await ask(
      { argv: ECHO },
      {
        messages: [
          ...ASKED,
          { role: "assistant", text: "four\0", calls: [] },
          { role: "user", text: "Your answer cannot be used: it is no JSON" },
        ],
      },
    );
    expect(message.text).toBe(
      "You are brief.\n\nWhat is 1 + 2?\n\n# What you answered\n\nfour\uFFFD\n\n# What you were told of it\n\nYour answer cannot be used: it is no JSON\n",
    );
  });

  it("S2: its prompt may be an argument, which no shell reads, or a file that is gone afterwards", async () => {
    const say = node("console.log(JSON.stringify(process.argv.slice(1)))");
    const messages: ChatMessage[] = [{ role: "user", text: "$(echo pwned) `id` $& 'x'" }];
    const last = await ask({ argv: [...say, "yes"], prompt: "argument" }, { messages });
    expect(JSON.parse(last.message.text)).toEqual(["yes", "$(echo pwned) `id` $& 'x'\n"]);
    const within = await ask({ argv: [...say, "p={prompt}", "yes"], prompt: "argument" }, { messages });
    expect(JSON.parse(within.message.text)).toEqual(["p=$(echo pwned) `id` $& 'x'\n", "yes"]);
    const option = await ask(
      { argv: [...say, "yes"], prompt: "argument" },
      { messages: [{ role: "user", text: "--eval=1" }] },
    );
    expect(JSON.parse(option.message.text)).toEqual(["yes", "\n--eval=1\n"]);
    const code =
      "const fs = require('fs'); const [, path] = process.argv; " +
      "console.log(JSON.stringify([path === process.env.TROUPE_PROMPT, path, fs.readFileSync(path, 'utf8'), fs.statSync(path).mode & 0o777]))";
    const { message } = await ask({ argv: node(code), prompt: "file" }, { messages });
    const [same, path, text, mode] = JSON.parse(message.text) as readonly [
      boolean,
      string,
      string,
      number,
    ];
    expect([same, text, mode]).toEqual([true, "$(echo pwned) `id` $& 'x'\n", 0o600]);
    expect(existsSync(path)).toBe(false);
  });

  it("JSON: all of it is data, or its fields say what stands where, or a function reads it", async () => {
    const print = (value: unknown) =>
      node(`process.stdout.write(${JSON.stringify(JSON.stringify(value))})`);
    const printed = {
      result: "It is 3.",
      is_error: false,
      total_cost_usd: 0.25,
      usage: { input_tokens: 12, output_tokens: 3.5 },
      model: "fast-1",
    };
    expect((await ask({ argv: print({ sum: 3 }), json: true })).result).toEqual({ data: { sum: 3 } });
    const fields = {
      text: "result",
      failed: "is_error",
      money: "total_cost_usd",
      inputTokens: "usage.input_tokens",
      outputTokens: "usage.output_tokens",
      model: "model",
      data: "usage.none",
    };
    expect(await ask({ argv: print(printed), fields })).toMatchObject({
      result: { text: "It is 3." },
      usage: { inputTokens: 12, outputTokens: 0, money: 0.25 },
      model: "fast-1",
    });
    const lines = node('console.log(\'{"a":1}\\n\\n{"text":"end"}\')');
    const read = (value: unknown) => ({ text: JSON.stringify(value) });
    expect((await ask({ argv: lines, json: "lines", read })).message.text).toBe(
      '[{"a":1},{"text":"end"}]',
    );
    expect(await thrown({ argv: print({ ...printed, is_error: true }), fields })).toMatch(
      /^COMMAND_FAILED: .* has no answer: It is 3\.$/,
    );
    expect(await thrown({ argv: node("console.log('{')"), json: true })).toMatch(
      /RESULT_INVALID.*no JSON/,
    );
    expect(await thrown({ argv: node(""), json: true })).toMatch(/RESULT_INVALID.*printed nothing/);
  });

  it("one that writes its outputs itself says a summary", async () => {
    using folder = freshFolder();
    const output = join(folder.path, "a.md");
    const argv = node(
      "require('fs').writeFileSync(process.env.TROUPE_OUTPUT, '# A'); console.log('read\\nwrote a.md')",
    );
    const { result } = await ask({ argv, writes: true }, { outputs: [output] });
    expect(result).toEqual({ summary: "wrote a.md" });
    expect(readFileSync(output, "utf8")).toBe("# A");
  });

  it("works in the run's folder, or one below it, with an environment that is an allow-list", async () => {
    using folder = freshFolder();
    const argv = node("console.log(JSON.stringify([process.cwd(), process.env]))");
    const options = { argv, env: { MODE: "fast" }, passEnv: ["PLAIN"], json: true } as const;
    const { result } = await ask(options, { folder: folder.path });
    const [cwd, env] = (result?.data ?? []) as readonly [string, Record<string, string>]; // as it prints them
    expect(cwd).toBe(realpathSync(folder.path));
    expect(env).toMatchObject({
      MODE: "fast",
      HOME: "/home/me",
      TROUPE_EFFECT: "key-1",
      TROUPE_EXECUTION: "2",
    });
    expect(env["PLAIN"]).toBe("[redacted]");
    expect(env).not.toHaveProperty("API_TOKEN");
    expect(await thrown({ argv: ECHO, folder: "none" }, { folder: folder.path })).toMatch(
      /none" does not exist/,
    );
  });

  it("S2: secrets of the host are taken out of what it prints, well or not", async () => {
    const argv = node("console.log('tok-12345 hunter22 ok')");
    expect((await ask({ argv })).message.text).toBe("[redacted] [redacted] ok\n");
    const fails = node("console.error('bad key tok-12345'); process.exit(1)");
    expect(await thrown({ argv: fails })).toMatch(/exit code 1: bad key \[redacted\]$/);
  });

  it("one that fails says how: exit code, signal, not there; one that may pass is worth another try", async () => {
    expect(await thrown({ argv: node("console.log('no quota'); process.exit(3)") })).toMatch(
      /^COMMAND_FAILED: .* it ended with exit code 3: no quota$/,
    );
    expect(await thrown({ argv: node("process.kill(process.pid, 'SIGKILL')") })).toMatch(
      /^COMMAND_FAILED: .* it was ended by SIGKILL$/,
    );
    expect(await thrown({ argv: ["no-such-program"] })).toMatch(/^COMMAND_NOT_FOUND/);
    expect(await thrown({ argv: node("process.exit(75)") })).toMatch(/^MODEL_UNAVAILABLE/);
    const busy = { argv: node("process.exit(9)"), retryExitCodes: [9] };
    expect(await thrown(busy)).toMatch(/^MODEL_UNAVAILABLE/);
    const huge: ChatMessage[] = [{ role: "user", text: "x".repeat(3_000_000) }];
    expect(await thrown({ argv: ECHO, prompt: "argument" }, { messages: huge })).toMatch(
      /^COMMAND_FAILED/,
    );
  });

  it("one that never reads its input ends as it likes", async () => {
    const messages: ChatMessage[] = [{ role: "user", text: "x".repeat(3_000_000) }];
    expect((await ask({ argv: node("console.log('done')") }, { messages })).message.text).toBe(
      "done\n",
    );
  });

  it("100 MB of answer are refused, and held in no memory", async () => {
    const argv = ["head", "-c", "100000000", "/dev/zero"];
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    expect(await thrown({ argv })).toMatch(
      /^RESULT_INVALID.*it has 100000000 bytes, more than 262144$/,
    );
    clearInterval(watch);
    expect(most - before).toBeLessThan(300_000_000);
  });

  it("one that hangs is ended as soon as its turn is", async () => {
    using folder = freshFolder();
    const ready = join(folder.path, "pid");
    const code = `const fs = require('fs'); fs.writeFileSync('pid.new', String(process.pid));
      fs.renameSync('pid.new', 'pid'); setInterval(() => {}, 1000)`;
    const turn = new AbortController();
    const ended = thrown({ argv: node(code) }, { signal: turn.signal, folder: folder.path });
    await expect.poll(() => existsSync(ready), { timeout: 5_000 }).toBe(true);
    turn.abort(new Error("the turn is over"));
    expect(await ended).toMatch(/^ACTIVITY_CANCELLED/);
    expect(() => process.kill(Number(readFileSync(ready, "utf8")), 0)).toThrow("ESRCH");
  });
});
