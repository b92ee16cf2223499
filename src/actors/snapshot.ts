/**
 * Snapshots: a cache beside the log, never the truth. One counts only if kind version, the
 * machine's structure and the source of its implementations are what they were.
 */
import { z } from "zod";
import type { JsonObject } from "../events/json.ts";
import type { SnapshotStore } from "../events/log/log.ts";
import { assertUnchanged, contentOf, foldOf, keyFor, type ContentEnv } from "./content.ts";
import type { Fold } from "./fold.ts";

interface SnapshotEnv extends ContentEnv {
  readonly log: { readonly snapshots: SnapshotStore };
}

const Shape = z.object({
  at: z.number(),
  checkpoint: z.object({ seq: z.int(), bytes: z.int() }).optional(),
  content: z.looseObject({}),
});

/**
 * Writes a snapshot. The caller makes sure that no custom action is in doubt.
 *
 * @returns its size in characters of JSON.
 * @throws {@link TroupeError} `MACHINE_IMPURE` if the context was changed in place: its records do not lead to it.
 */
export async function writeSnapshot(env: SnapshotEnv, fold: Fold): Promise<number> {
  const { seq, at, checkpoint, identity } = fold;
  assertUnchanged(env, fold);
  const data = { at, ...(checkpoint !== undefined && { checkpoint }), content: contentOf(env, fold) };
  await env.log.snapshots.put(identity.address, { seq, key: keyFor(env, identity.address), data });
  return JSON.stringify(data).length;
}

/** The fold as its snapshot has it; undefined where none fits the code that runs now. */
export async function readSnapshot(env: SnapshotEnv, address: string): Promise<Fold | undefined> {
  const stored = await env.log.snapshots.get(address);
  if (stored === undefined) return undefined;
  try {
    if (stored.key !== keyFor(env, address)) return undefined;
    const { at, checkpoint, content } = Shape.parse(stored.data);
    return foldOf(env, { address, seq: stored.seq, at, checkpoint }, content as JsonObject); // read from JSON
  } catch {
    return undefined; // a cache that cannot be read is no fault of the log, which is read instead
  }
}
