/**
 * What an external memory takes: its input, and the commands that may be sent to it from outside
 * (S1).
 */
import { z } from "zod";
import { IdText } from "../address.ts";
import type { Json } from "../json.ts";

/** Most bytes of one value, and of all keys, tags and values together, as JSON. */
export const VALUE_LIMIT = 65_536;
export const MEMORY_LIMIT = 16_777_216;
/** Most entries. */
export const ENTRY_LIMIT = 10_000;
/** Ten years, ms. */
const LONGEST_MS = 315_360_000_000;

const Name = z.string().min(1).max(200);
/** Any words. `__proto__` would be no key of an object that somebody makes of it. */
export const MemoryKey = Name.regex(/^(?!__proto__$)[^\p{Cc}]+$/u, "it holds a control character");
const Value: z.ZodType<Json, Json> = z.json();

export const MemoryInput = z.strictObject({
  /** Of the memory: its address is `memory/NAME`. */
  name: IdText,
});
export type MemoryInput = z.infer<typeof MemoryInput>;

/** Remember a value under a key; what stood there is forgotten. */
export const Put = z.strictObject({
  type: z.literal("PUT"),
  key: MemoryKey,
  value: Value,
  /** To search by. */
  tags: z.array(z.string().min(1).max(64)).max(20).default([]),
  /** Forgotten after so long. Default: never. */
  ttlMs: z.int().min(1).max(LONGEST_MS).optional(),
  /** Who says it. */
  by: Name.optional(),
});

/** Forget a key. */
const Delete = z.strictObject({ type: z.literal("DELETE"), key: MemoryKey, by: Name.optional() });

export const MemoryCommand = z.discriminatedUnion("type", [Put, Delete]);
export type MemoryCommand = z.infer<typeof MemoryCommand>;
