/** Agents that use the tools of MCP servers, in runs on every log. */
import { describe, expect, it } from "vitest";
import { defineAgent } from "../../src/agents/definition/definition.ts";
import { mcpTools } from "../../src/agents/mcp/mcp-tools.ts";
import { byModel } from "../../src/agents/ways/by-model.ts";
import { modelOf } from "../support/chat-model.ts";
import { SLOW_MS } from "../support/mcp-server.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const env = { PATH: process.env["PATH"], MCP_TOKEN: "planted-token-9" };

describe.each(DURABLE)("tools of an MCP server, on $name", (engine) => {
  it("each call is in the log with its real duration, and no secret is", async () => {
    await using server = await mcpTools(
      { command: process.execPath, args: ["tests/support/mcp-child.ts"], passEnv: ["MCP_TOKEN"] },
      { env, prefix: "t_" },
    );
    const turns = [["t_slow", "t_secret", "t_fails"], ["t_crash"], ["t_hang"]];
    const model = modelOf(({ messages }, nth) => {
      const calls = (turns[nth - 1] ?? []).map((name) => ({ name, input: {} }));
      const answers = messages.filter(({ role }) => role === "tool");
      return calls.length > 0 ? { calls } : { text: `${answers.length} calls` };
    });
    const thinker = defineAgent({
      name: "thinker",
      description: "Thinks.",
      way: byModel(model),
      uses: turns.flat(),
      limits: { toolMs: 1_000 },
    });
    await using w = await runBench(engine, { thinker }, { tools: server.tools });
    await w.start({ tasks: [task("t", "thinker")] });
    await w.until("it hangs", () => model.asked.length === 3);
    await w.until("it is over", async () => {
      await w.bench.pass(1_000);
      return (await w.workflow.snapshot()).status === "done";
    });
    const outcome = await w.over();
    expect(endsOf(outcome)).toBe("t=COMPLETED");
    expect(outcome.tasks[0]?.summary).toBe("5 calls");
    const called = (await w.facts("tool.called")).map(({ data }) => data);
    expect(Object.fromEntries(called.map(({ tool, failed }) => [tool, failed]))).toEqual({
      t_slow: false,
      t_secret: false,
      t_fails: true,
      t_crash: true,
      t_hang: true,
    });
    const slow = called.find(({ tool }) => tool === "t_slow")?.["durationMs"];
    expect(slow).toBeGreaterThanOrEqual(SLOW_MS - 5);
    expect(slow).toBeLessThan(SLOW_MS + 2_000);
    const told = model.asked[3]?.messages.flatMap((said) => (said.role === "tool" ? [said.text] : []));
    expect(told?.slice(1, 3)).toEqual(["it is [redacted]", "MCP_FAILED: no disk, key [redacted]"]);
    const log = await w.bench.open();
    const all = JSON.stringify(await Array.fromAsync(log.scan()));
    await log[Symbol.asyncDispose]();
    expect(all.includes("planted-token-9")).toBe(false);
  });
});
