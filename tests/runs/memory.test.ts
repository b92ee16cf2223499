/** External memory on hosts that die, from other processes, and as tools of an agent. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { defineAgent } from "../../src/agents/definition/definition.ts";
import type { ToolContext } from "../../src/agents/definition/tool.ts";
import { memoryKind } from "../../src/agents/memory/memory-kind.ts";
import { memoryTools } from "../../src/agents/memory/memory-tools.ts";
import { openMemory, type Memory } from "../../src/agents/memory/memory.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { byModel } from "../../src/agents/ways/by-model.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { modelOf } from "../support/chat-model.ts";
import { DURABLE, task } from "../support/run-bench.ts";

const KINDS = [memoryKind] as const;

describe.each(DURABLE)("an external memory, on $name", (engine) => {
  it("S0-064, T-G1: put, get and search are there after a crash; what is over is gone, however long no host lived", async () => {
    await using bench = await engine.bench();
    const { clock } = bench;
    const first = await bench.start(KINDS);
    const before = await openMemory(first.host, "project", { clock });
    await before.put("style", { rule: "no shell strings" }, { tags: ["rule"], by: "ada" });
    await before.put("today", "rain", { ttlMs: 60_000, id: "once" });
    await before.put("today", "rain", { ttlMs: 60_000, id: "once" });
    await bench.kill(first);
    const second = await bench.start(KINDS);
    const memory = await openMemory(second.host, "project", { clock });
    expect(await memory.get("today")).toMatchObject({ key: "today", value: "rain" });
    expect(await memory.search("shell", { tags: ["rule"] })).toMatchObject([
      { key: "style", value: { rule: "no shell strings" }, by: "ada", score: 1 },
    ]);
    await bench.kill(second);
    await bench.pass(60_000);
    const third = await bench.start(KINDS);
    await bench.pass(0);
    const again = await openMemory(third.host, "project", { clock });
    expect(await again.get("today")).toBeUndefined();
    expect((await again.search("")).map(({ key }) => key)).toEqual(["style"]);
    await again.delete("style", { by: "eva" });
    await expect(again.delete("style")).rejects.toMatchObject({ code: "MEMORY_KEY_UNKNOWN" });
    const types = (await bench.types("memory/project")).filter((type) => type.startsWith("memory."));
    expect(types).toEqual(["memory.stored", "memory.stored", "memory.expired", "memory.deleted"]);
  });

  it("A14: it rolls over, and is read from other processes, where what is over is over", async () => {
    await using bench = await engine.bench();
    const { clock } = bench;
    const { host, log } = await bench.start(KINDS, { checkpointEvery: 4, snapshotEvery: 1_000 });
    const memory = await openMemory(host, "m", { clock });
    for (let n = 0; n < 20; n++) await memory.put(`k${n % 3}`, n, n === 19 ? { ttlMs: 5 } : {});
    await bench.kill({ log });
    await using far = await connect({ log: await bench.open(), kinds: KINDS });
    const read = await openMemory(far, "m", { clock, start: false });
    expect((await read.search("")).map(({ value }) => value)).toEqual([18, 19, 17]);
    await bench.pass(5); // no host lives
    expect((await read.search("")).map(({ value }) => value)).toEqual([18, 17]);
    expect(await bench.types("memory/m")).toContain("troupe.checkpoint");
  });

  it("is a tool of agents: what one puts, another finds", async () => {
    await using bench = await engine.bench();
    using files = freshFolder();
    const calls = {
      writer: { name: "memory_put", input: { key: "rsi", value: { window: 14 }, tags: ["fact"] } },
      reader: { name: "memory_search", input: { words: "window" } },
    };
    const said: string[] = [];
    const opened = Promise.withResolvers<Memory>();
    const agentOf = (name: keyof typeof calls) => {
      const model = modelOf(({ messages }, nth) => {
        if (nth === 1) return { calls: [calls[name]] };
        said.push(messages.at(-1)?.text ?? "");
        return { text: "done" };
      });
      return defineAgent({
        name,
        description: name,
        way: byModel(model),
        tools: memoryTools(() => opened.promise),
      });
    };
    const agents = { writer: agentOf("writer"), reader: agentOf("reader") };
    const { host } = await bench.start([...planKinds({ agents }), memoryKind]);
    opened.resolve(await openMemory(host, "team"));
    const tasks = [task("a", "writer"), task("b", "reader", { dependsOn: ["a"] })];
    const place = { run: "r1", folder: files.path, artifacts: files.path };
    const plan = Plan.parse({ name: "p", tasks });
    const run = await host.start("workflow/r1", { input: { ...place, plan } });
    await bench.pass(0);
    await expect.poll(async () => (await run.snapshot()).status).toBe("done");
    expect(said[0]).toContain('remembered as "rsi"');
    expect(JSON.parse(said[1] ?? "")).toMatchObject([
      { key: "rsi", value: { window: 14 }, tags: ["fact"], by: "writer", score: 1 },
    ]);
  });

  it("A9: a call of a tool that a crash repeats is stored once", async () => {
    await using bench = await engine.bench();
    const { host } = await bench.start(KINDS);
    const { memory_put: put, memory_get: get } = memoryTools(await openMemory(host, "team"));
    const context = { idempotencyKey: "task/r1:a#3.0", agent: "ada" } as unknown as ToolContext; // all that it looks at
    await put.call({ key: "rsi", value: 14 }, context);
    await put.call({ key: "rsi", value: 14 }, context);
    expect((await bench.types("memory/team")).filter((type) => type === "memory.stored")).toHaveLength(
      1,
    );
    expect(await get.call({ key: "rsi" }, context)).toMatchObject({ value: 14, by: "ada" });
    await expect(get.call({ key: "macd" }, context)).rejects.toMatchObject({
      code: "MEMORY_KEY_UNKNOWN",
    });
    await expect(put.call({ key: "", value: 1 }, context)).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});
