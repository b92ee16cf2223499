/**
 * What a shared context takes: its input, and the commands that may be sent to it from outside
 * (S1). `by` and `owner` are names of agents or people.
 */
import { z } from "zod";
import { IdText } from "../address.ts";
import type { Json } from "../json.ts";
import { PAYLOAD_LIMIT, payloadFault } from "../payload-limit.ts";

/** Lease of a lock that says nothing else, ms. */
export const LEASE_MS = 30_000;
/** Longest lease and longest wait: a day, ms. */
const LONGEST_MS = 86_400_000;

const KEY = /^(?!__proto__$)[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,199}$/;
const KEYS =
  'is no key: use 1 to 200 letters, digits, "_", ".", ":", "/" and "-", the first a letter, a digit or "_"';

const Key = z.string().regex(KEY, { error: ({ input }) => `${JSON.stringify(input)} ${KEYS}` });
/** What a key may have. */
const Value: z.ZodType<Json, Json> = z.json();
const Name = z.string().min(1).max(200);
/** A key's version, or the whole context's; 0 where there is none yet. */
const Version = z.int().min(0);
/** Given with a lock. */
const Fence = z.int().min(1);
const ttlMs = z.int().min(1).max(LONGEST_MS);

/** Something by key. */
const byKey = <T>() =>
  z.custom<Readonly<Record<string, T>>>((value) => wrongKey(value) === undefined, {
    error: ({ input }) => `${JSON.stringify(wrongKey(input))} ${KEYS}`,
  });
const Values = byKey<Json>().pipe(z.record(z.string(), Value));
const Fences = byKey<number>().pipe(z.record(z.string(), Fence));

/** The first key that is none. `__proto__` would vanish in silence. */
function wrongKey(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.keys(value).find((key) => !KEY.test(key));
}

export const ContextInput = z.strictObject({
  /** The run whose agents share it. */
  run: IdText,
  /** Whether `messages/RUN` hears of every update, for everyone. */
  announce: z.boolean().default(true),
  /** What it holds at first. */
  values: Values.refine(
    (values) => payloadFault("it", values) === undefined,
    `it is larger than ${PAYLOAD_LIMIT} bytes`,
  ).default({}),
});
export type ContextInput = z.infer<typeof ContextInput>;

/** Write one key. `expected`: only if that is its version. `fence`: under this lock. */
const Set = z.strictObject({
  type: z.literal("SET"),
  key: Key,
  value: Value,
  by: Name,
  expected: Version.optional(),
  fence: Fence.optional(),
});

/** Write several keys, all or none. `expected`: only if that is the version of the whole context. */
const Update = z.strictObject({
  type: z.literal("UPDATE"),
  changes: Values.refine((changes) => Object.keys(changes).length > 0, "it changes nothing"),
  by: Name,
  expected: Version.optional(),
  /** By key; of keys that it does not write as well. */
  fences: Fences.optional(),
});

const Delete = Set.omit({ value: true }).extend({ type: z.literal("DELETE") });

const lock = { key: Key, owner: Name };

/** Lock a key, as a lease. `waitMs`: how long to stand in line where another holds it; 0 is not at all. */
const Acquire = z.strictObject({
  type: z.literal("ACQUIRE"),
  ...lock,
  ttlMs: ttlMs.default(LEASE_MS),
  waitMs: z.int().min(0).max(LONGEST_MS).default(0),
});

/** Leave the line. */
const Leave = z.strictObject({ type: z.literal("LEAVE"), ...lock });

/** Hold it for longer, from now on. `ttlMs`: default as before. */
const Renew = z.strictObject({
  type: z.literal("RENEW"),
  ...lock,
  fence: Fence,
  ttlMs: ttlMs.optional(),
});

const Release = z.strictObject({ type: z.literal("RELEASE"), ...lock, fence: Fence });

/** An operator takes a lock away from who holds it. */
const Unlock = z.strictObject({ type: z.literal("UNLOCK"), key: Key, by: Name });

export const ContextCommand = z.discriminatedUnion("type", [
  Set,
  Update,
  Delete,
  Acquire,
  Leave,
  Renew,
  Release,
  Unlock,
]);
export type ContextCommand = z.infer<typeof ContextCommand>;

/** One command. */
export type CommandOf<T extends ContextCommand["type"]> = Extract<ContextCommand, { readonly type: T }>;
