/** An external memory as tools of agents: each call stands in the log, like that of any tool. */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { MemoryKey, Put } from "../../events/memory/commands.ts";
import { defineTool, type Tool } from "../definition/tool.ts";
import type { Memory } from "./memory.ts";

/** Most entries that one search shows a model. */
const SHOWN = 50;

/** @param memory a function where the host that has it opens later than its agents are made. */
export function memoryTools(
  memory: Memory | (() => Memory | Promise<Memory>),
): Readonly<Record<"memory_put" | "memory_get" | "memory_search", Tool>> {
  const opened = async (): Promise<Memory> => (typeof memory === "function" ? memory() : memory);
  return {
    memory_put: defineTool({
      description:
        "Remembers a value under a key, for later work and other agents. What stood there is forgotten.",
      input: Put.omit({ type: true, by: true }),
      async run({ key, value, tags, ttlMs }, { agent, idempotencyKey }) {
        const rest = { tags, by: agent, id: idempotencyKey, ...(ttlMs !== undefined && { ttlMs }) };
        await (await opened()).put(key, value, rest);
        return `remembered as "${key}"`;
      },
    }),
    memory_get: defineTool({
      description: "What is remembered under a key.",
      input: z.strictObject({ key: MemoryKey }),
      async run({ key }) {
        const found = await (await opened()).get(key);
        if (found !== undefined) return found;
        throw new TroupeError("MEMORY_KEY_UNKNOWN", `nothing is remembered as "${key}"`, {
          hint: "Search for it with memory_search.",
        });
      },
    }),
    memory_search: defineTool({
      description:
        "Finds what is remembered by words, those entries first that have most of them. No words: what was stored last.",
      input: z.strictObject({
        words: z.string().max(1_000).default(""),
        tags: z.array(z.string()).default([]),
        limit: z.int().min(1).max(SHOWN).default(10),
      }),
      run: async ({ words, ...options }) => (await opened()).search(words, options),
    }),
  };
}
