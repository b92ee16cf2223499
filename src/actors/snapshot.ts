/**
 * Snapshots: a cache beside the log, never the truth. One counts only if kind version, the
 * machine's structure and the source of its implementations are what they were.
 */
import { z } from "zod";
import type { JsonObject } from "../events/json.ts";
import type { SnapshotStore } from "../events/log/log.ts";
import { codeKey } from "./code-key.ts";
import { assertUnchanged, contentOf, foldOf, keyFor, type ContentEnv } from "./content.ts";
import type { Fold } from "./fold.ts";
import type { KindCode } from "./versions.ts";

interface SnapshotEnv extends ContentEnv {
  readonly log: { readonly snapshots: SnapshotStore };
}

const Shape = z.object({
  at: z.number(),
  bytes: z.int(),
  checkpoint: z.object({ seq: z.int(), bytes: z.int() }).optional(),
  content: z.looseObject({}),
});

/**
 * Writes a snapshot. The caller makes sure that no custom action is in doubt.
 *
 * @throws {@link TroupeError} `MACHINE_IMPURE` if the context was changed in place: its records do not lead to it.
 */
export async function writeSnapshot(env: SnapshotEnv, fold: Fold): Promise<void> {
  const { seq, at, checkpoint, identity } = fold;
  assertUnchanged(env, fold);
  const content = contentOf(env, fold);
  const bytes = JSON.stringify(content).length;
  const data = {
    at,
    bytes,
    ...(checkpoint !== undefined && { checkpoint: { ...checkpoint } }),
    content,
  };
  fold.stored = { seq, bytes };
  await env.log.snapshots.put(identity.address, { seq, key: keyFor(env, fold), data });
}

/** The fold as its snapshot has it; undefined where none fits the code. */
export async function readSnapshot(
  env: SnapshotEnv,
  address: string,
  code: KindCode,
): Promise<Fold | undefined> {
  const stored = await env.log.snapshots.get(address);
  if (stored === undefined) return undefined;
  try {
    if (stored.key !== codeKey(code)) return undefined;
    const { at, bytes, checkpoint, content } = Shape.parse(stored.data);
    const { seq } = stored;
    const place = { address, seq, at, checkpoint, stored: { seq, bytes }, code };
    return foldOf(env, place, content as JsonObject); // read from JSON
  } catch {
    return undefined; // a cache that cannot be read is no fault of the log, which is read instead
  }
}
