/**
 * Checkpoints (A14): a record that holds the whole actor, so that a load may start there and
 * what lies before it can be archived.
 *
 * 1. It is a record like any other: appended at the expected seq, and truth (L1–L8).
 * 2. None is written while a custom action is in doubt: actions stand in no checkpoint.
 * 3. A large actor writes them rarely, so that a record costs the same beside a large state (A13).
 */
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import type { Recorded } from "../events/log/log.ts";
import { placeOf, type Checkpoint, type RecordBody } from "../events/record.ts";
import type { Packed } from "./command-ids.ts";
import { codeKey } from "./code-key.ts";
import { assertUnchanged, contentOf, foldOf, keyFor, recordsFor, type ContentEnv } from "./content.ts";
import { draftCheckpoint, type Draft, type Drafting } from "./draft.ts";
import type { Fold } from "./fold.ts";
import type { Ledger } from "./ledger.ts";
import type { Runtime } from "./runtime.ts";
import type { KindCode } from "./versions.ts";
import { packedIn } from "./window-text.ts";

const Ids = z.looseObject({ commands: z.looseObject({ fresh: z.string() }) });

interface CheckpointEnv extends ContentEnv {
  readonly checkpointEvery: number;
  readonly warn: Runtime["warn"];
}

/** When a live actor writes its checkpoints. */
export class Checkpoints {
  readonly #rt: CheckpointEnv;
  /** Where one could not be made: the next is tried as much later as if it had been. */
  #failed = 0;

  constructor(rt: CheckpointEnv) {
    this.#rt = rt;
  }

  /** The checkpoint that is due, as the next append; one that cannot be made is reported. */
  next(drafting: Drafting): Draft | undefined {
    const { fold, ledger } = drafting.actor;
    if (fold === undefined || !this.#due(fold, ledger)) return undefined;
    try {
      return draftCheckpoint(checkpointOf(this.#rt, fold, ledger.settling), drafting);
    } catch (error) {
      this.#failed = fold.seq + 1;
      const { address } = fold.identity;
      this.#rt.warn("a checkpoint could not be made; the log is complete without it", {
        address,
        error,
      });
      return undefined;
    }
  }

  #due({ seq, checkpoint, actions }: Fold, { ran }: Ledger): boolean {
    const { seq: last = 0, bytes = 0 } = checkpoint ?? {};
    const wait = Math.max(this.#rt.checkpointEvery, recordsFor(bytes), 2);
    return seq + 1 - Math.max(last, this.#failed) >= wait && (actions.size === 0 || ran >= seq);
  }
}

/** @param settled what its record takes out of the outbox. */
function checkpointOf(env: ContentEnv, fold: Fold, settled: Iterable<string>): Checkpoint {
  assertUnchanged(env, fold);
  const content = contentOf(env, fold, settled);
  const key = keyFor(env, fold);
  return { key, bytes: JSON.stringify(content).length, content };
}

/** The fold behind a checkpoint's record; undefined where it fits other code. */
export function foldAt(
  env: ContentEnv,
  record: Recorded,
  checkpoint: Checkpoint,
  code: KindCode,
): Fold | undefined {
  return checkpoint.key === codeKey(code) ? restoredFrom(env, record, checkpoint, code) : undefined;
}

/** The fold behind a record that holds a whole actor. Throws where this code cannot hold it. */
export function restoredFrom(
  env: ContentEnv,
  { stream: address, seq, at }: Recorded,
  { bytes, content }: Checkpoint,
  code: KindCode,
): Fold {
  const place = { address, seq, at, checkpoint: { seq, bytes }, stored: undefined, code };
  const fold = foldOf(env, place, content);
  fold.commands.seal(seq);
  return fold;
}

/**
 * The ids of commands that a checkpoint holds.
 *
 * @throws {@link TroupeError} `RECORD_INVALID` naming the record, where it holds none.
 */
export function idsOf(
  checkpoint: Checkpoint | undefined,
  { address, seq }: { readonly address: string; readonly seq: number },
): Packed {
  try {
    return packedIn(Ids.parse(checkpoint?.content).commands.fresh);
  } catch (cause) {
    const place = placeOf({ stream: address, seq });
    throw new TroupeError("RECORD_INVALID", `${place} is no checkpoint, but later ones name it`, {
      hint: "Run `troupe doctor` on this log, or skip that record.",
      data: { address, seq },
      cause,
    });
  }
}

/**
 * Compares a checkpoint with the actor that the records before it make.
 *
 * @throws {@link TroupeError} `REPLAY_DIVERGED` naming the checkpoint and the path that differs.
 */
export function compareCheckpoint(
  env: ContentEnv,
  fold: Fold,
  record: Recorded,
  body: RecordBody,
): void {
  const { checkpoint, settled } = body;
  if (checkpoint === undefined || checkpoint.key !== keyFor(env, fold)) return;
  const path = difference(checkpoint.content, contentOf(env, fold, settled));
  if (path === undefined) return;
  const place = placeOf(record);
  const where = path.join(".");
  throw new TroupeError(
    "REPLAY_DIVERGED",
    `${place}, a checkpoint, holds another actor than the records before it make: ${where} differs`,
    {
      hint: "Skip the checkpoint: the records before it are complete without it.",
      data: { address: record.stream, seq: record.seq, type: record.type, path: where },
    },
  );
}

/** The way to the first place in which two JSON values differ; undefined where they are the same. */
export function difference(a: unknown, b: unknown): readonly string[] | undefined {
  if (a === b) return undefined;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return [];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const below = difference(Reflect.get(a, key), Reflect.get(b, key));
    if (below !== undefined) return [key, ...below];
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
