/**
 * The world outside the log: a file to which every process appends what it does there, line by
 * line (each line is one append of the kernel), so that its lines have one order for all of them.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { NoteDown } from "./bank.ts";

/** One process. */
const Who = { host: z.int(), life: z.int() };

export const Deed = z.discriminatedUnion("what", [
  z.strictObject({
    what: z.enum(["begun", "over", "aborted"]),
    ...Who,
    /** Idempotency key. */
    key: z.string(),
    epoch: z.int(),
    attempt: z.int(),
  }),
  /** Written by the parent, once the process is no more. */
  z.strictObject({ what: z.literal("died"), ...Who }),
]);
export type Deed = z.infer<typeof Deed>;
/** What a run of an activity notes of itself. */
export type RunDeed = Extract<Deed, { readonly key: string }>;

export interface Outside extends Disposable {
  note(deed: Deed): void;
}

/** Longest work of an activity, ms: long enough to be killed, stopped or cut off in. */
const WORK_MS = 500;

export function openOutside(path: string): Outside {
  const file = openSync(path, "a");
  return {
    note: (deed) => void writeSync(file, `${JSON.stringify(deed)}\n`),
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** The activity of a transfer: it notes that it begins, works for a while, and notes how it ended. */
export function noteDown(outside: Outside, who: { host: number; life: number }): NoteDown {
  return async ({ idempotencyKey: key, fence, signal }) => {
    const note = (what: RunDeed["what"]): void => outside.note({ what, ...who, key, ...fence });
    note("begun");
    try {
      await sleep(workMs(key), undefined, { signal });
    } catch (error) {
      note("aborted");
      throw error;
    }
    note("over");
    return fence;
  };
}

/** Most are short, some long. */
function workMs(key: string): number {
  const dice = createHash("sha256").update(key).digest()[0] ?? 0;
  return dice < 160 ? dice % 20 : ((dice - 160) / 96) * WORK_MS;
}

export function readOutside(path: string): readonly Deed[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => Deed.parse(JSON.parse(line)));
}
