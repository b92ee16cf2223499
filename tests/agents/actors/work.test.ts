/** Agents that are actors, in runs of a real host: their turns, tools, questions and answers. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, planKinds } from "troupe";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent } from "../../../src/agents/definition/definition.ts";
import { defineTool } from "../../../src/agents/definition/tool.ts";
import { byModel } from "../../../src/agents/ways/by-model.ts";
import { modelOf } from "../../support/chat-model.ts";

describe("an agent that is an actor", () => {
  it("takes turns and calls tools until it has an answer, which is written to the task's output", async () => {
    const model = modelOf((_, nth) =>
      nth === 1
        ? { calls: [{ name: "add", input: { a: 1, b: 2 } }] }
        : { text: "# Report\nIt is 3.\n" },
    );
    const add = defineTool({
      description: "Adds.",
      input: z.object({ a: z.number(), b: z.number() }),
      run: ({ a, b }) => a + b,
    });
    const writer = defineAgent({
      name: "writer",
      description: "Writes.",
      instructions: "You write.",
      way: byModel(model),
      tools: { add },
    });
    const folder = mkdtempSync(join(tmpdir(), "troupe-"));
    await using host = await createHost({ log: "memory:", kinds: planKinds({ agents: { writer } }) });
    const plan = {
      name: "p",
      tasks: [{ id: "t", agent: "writer", title: "What is 1+2?", outputs: ["artifacts/a.md"] }],
    };
    const input = { run: "r1", folder, artifacts: join(folder, "run"), plan };
    const run = await host.start("workflow/r1", { input });
    const ended = await run.waitFor(({ status }) => status !== "active");
    expect(ended.output).toMatchObject({ status: "COMPLETED" });
    expect(readFileSync(join(folder, "run/a.md"), "utf8")).toBe("# Report\nIt is 3.\n");
    expect(model.asked[1]?.messages.map(({ role }) => role)).toEqual([
      "system",
      "user",
      "assistant",
      "tool",
    ]);
    expect(await typesOf(log, "agent/r1:t:work")).toEqual([
      "troupe.started",
      "agent.briefed",
      "chat.completed",
      "tool.called",
      "chat.completed",
      "agent.completed",
    ]);
  });
});
