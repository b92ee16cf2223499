/** Agents that are commands, described in Markdown files, in runs on every log. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent } from "../../src/agents/definition/definition.ts";
import { readAgents } from "../../src/agents/definition/read-agents.ts";
import { byCommand } from "../../src/agents/ways/by-command.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { DURABLE, endsOf, runBench, task, type RunBench } from "../support/run-bench.ts";

const node = (code: string): readonly string[] => [process.execPath, "-e", code];

/** Prints its prompt and what it is given to work with. */
const TELLS = "process.stdin.on('data', (text) => console.log(text + process.env.DEPLOY_KEY)).resume()";

const CODER = `---
name: coder
description: Says what it is told.
command:
  argv: ${JSON.stringify(node(TELLS))}
  passEnv: [DEPLOY_KEY]
limits: { turnMs: 5000 }
---
You know planted-secret-1.
`;

const env = { PATH: process.env["PATH"], DEPLOY_KEY: "planted-secret-1" };

describe.each(DURABLE)("an agent that is a command, on $name", (engine) => {
  it("S0-066: works as its file says; what is secret reaches it, and neither the log nor its answer", async () => {
    using folder = freshFolder();
    writeFileSync(join(folder.path, "coder.md"), CODER);
    await using w = await runBench(engine, await readAgents(folder.path), { env });
    const outcome = await w.run({ tasks: [task("t", "coder", { outputs: ["artifacts/a.md"] })] });
    expect(endsOf(outcome)).toBe("t=COMPLETED");
    const text = readFileSync(join(w.artifacts, "a.md"), "utf8");
    expect(text).toContain("You know [redacted].");
    expect(text).toMatch(/\[redacted\]\n$/);
    const [briefed] = await w.facts("agent.briefed");
    expect(briefed?.data).toMatchObject({ agent: "coder", way: "command", tools: [] });
    const said = JSON.stringify(await allOf(w));
    expect(said.includes("You know [redacted].")).toBe(true);
    expect(said.includes("planted-secret-1")).toBe(false);
  });

  it("an answer that does not fit goes back to it, in words; one that hangs is tried again, then given up", async () => {
    const code = `let all = ''; process.stdin.on('data', (text) => (all += text)).on('end', () =>
      console.log(all.includes('cannot be used') ? '{"sum": 3}' : 'three'))`;
    const counts = defineAgent({
      name: "counts",
      description: "Counts.",
      way: byCommand({ argv: node(code) }),
      output: z.object({ sum: z.number() }),
    });
    const hangs = defineAgent({
      name: "hangs",
      description: "Hangs.",
      way: byCommand({ argv: node("setInterval(() => {}, 1000)") }),
      limits: { turnMs: 300, tries: 2, retryDelayMs: 1_000 },
    });
    await using w = await runBench(engine, { counts, hangs });
    await w.start({ tasks: [task("a", "counts"), task("b", "hangs")] });
    await w.until("the first is given up", async () => {
      await w.bench.pass(300);
      return (await w.facts("chat.retried")).length === 1;
    });
    await w.bench.pass(1_000);
    await w.until("it is over", async () => {
      await w.bench.pass(300);
      return (await w.workflow.snapshot()).status === "done";
    });
    const [a, b] = (await w.over()).tasks;
    expect(a).toMatchObject({ status: "COMPLETED", data: { sum: 3 } });
    expect(await w.facts("answer.rejected")).toHaveLength(1);
    expect(b?.failure?.code).toBe("ACTIVITY_TIMEOUT");
  });
});

/** All that stands in the log. */
async function allOf(w: RunBench) {
  const log = await w.bench.open();
  const records = await Array.fromAsync(log.scan());
  await log[Symbol.asyncDispose]();
  return records;
}
