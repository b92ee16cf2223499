/** What an external memory says. Values stand in the input of the same record. */
import { z } from "zod";
import { fact } from "../facts/fact.ts";

/** A value is remembered. */
const MemoryStored = fact("memory.stored", {
  key: z.string(),
  /** Of the value, as JSON. */
  bytes: z.int().min(0),
  tags: z.array(z.string()),
  /** Epoch ms; absent: never. */
  expiresAt: z.int().optional(),
  by: z.string().optional(),
});
/** Somebody had it forgotten. */
const MemoryDeleted = fact("memory.deleted", { key: z.string(), by: z.string().optional() });
/** Their time was over. */
const MemoryExpired = fact("memory.expired", { keys: z.array(z.string()) });

export const MemoryFact = z.discriminatedUnion("type", [MemoryStored, MemoryDeleted, MemoryExpired]);
export type MemoryFact = z.infer<typeof MemoryFact>;
