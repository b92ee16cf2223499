/**
 * One actor of a run, stepped to any of its records in little time.
 *
 * 1. It is passed once from its birth, as `load` does it: every hash is compared. On the way copies
 *    of it are kept, one for each {@link FRAME_MS} that stepping took, so no record is further from
 *    one than that, whatever a step costs, and the copies stay few.
 * 2. A record that cannot be applied, or leads elsewhere, is a fault: what lies before it can be
 *    stepped to, what follows is known only as it was recorded (A5).
 * 3. What a later record takes out (`troupe.skipped`) is left out from the beginning.
 */
import type { NumberedEffect } from "../actors/advance.ts";
import type { Fold } from "../actors/fold.ts";
import { copyOf } from "../actors/fold-copy.ts";
import { load, type LoadEnv } from "../actors/load.ts";
import { skipsOf } from "../actors/skips.ts";
import type { State } from "../actors/xstate/contract.ts";
import { TroupeError } from "../errors.ts";

/** So long it may take to step from a kept copy to a record, ms: a look back has 50, on a busy machine, too. */
const FRAME_MS = 4;

/** A record that cannot be applied. */
export interface TrackFault {
  readonly seq: number;
  readonly error: TroupeError;
}

/** An actor right behind one of its records. */
export interface Stepped {
  /** What it was before; undefined in front of its birth. */
  readonly before: State | undefined;
  /** Its own: whoever has it may go on with it. */
  readonly fold: Fold;
  /** What the record asked for; undefined where it is taken out. */
  readonly effects: readonly NumberedEffect[] | undefined;
}

export interface Track {
  readonly fault: TrackFault | undefined;
  /** The seq of the record that takes this one out, if one does. */
  readonly skippedBy: (seq: number) => number | undefined;
  /**
   * Steps to a record.
   *
   * @param from the same actor as of an earlier record, from a step before; it is moved in place.
   * @returns the fault, from its record on.
   */
  readonly at: (seq: number, from?: Fold) => Promise<Stepped | TrackFault>;
}

export interface TrackOptions {
  /** A clock in ms: what stepping takes decides where copies are kept. */
  readonly now?: (() => number) | undefined;
  /** Called behind each record of the pass. */
  readonly heard?: () => void;
}

export async function trackOf(
  env: LoadEnv,
  address: string,
  { now = () => performance.now(), heard }: TrackOptions = {},
): Promise<Track> {
  const skips = await skipsOf(env.log, address);
  const frames: Fold[] = [];
  const trying = { address, skips };
  const passed = await attempt(trying, (taken) =>
    pass(env, {
      ...trying,
      frames,
      now,
      heard(seq) {
        taken(seq);
        heard?.();
      },
    }),
  );
  const fault = "error" in passed ? passed : undefined;

  const step = async (seq: number, from: Fold | undefined): Promise<Stepped> => {
    let before = from?.state;
    let effects: Stepped["effects"];
    const fold = await load(env, address, {
      snapshots: false,
      to: seq,
      skips,
      ...(from !== undefined && { from }),
      onRecord: (record, _, moved, advanced) => {
        if (record.seq === seq) effects = advanced.effects;
        else before = moved.state;
      },
    });
    if (fold === undefined) throw new Error(`it has no record ${seq}`);
    return { before, fold, effects };
  };

  return {
    fault,
    skippedBy: (seq) => skips.get(seq),
    async at(seq, from) {
      if (fault !== undefined && seq >= fault.seq) return fault;
      const frame = from === undefined ? frames.findLast((one) => one.seq < seq) : undefined;
      // an impure machine may step otherwise the second time
      return attempt(trying, () => step(seq, from ?? (frame && copyOf(frame))), seq);
    },
  };
}

interface Trying {
  readonly address: string;
  readonly skips: ReadonlyMap<number, number>;
}

interface Pass extends Trying {
  readonly frames: Fold[];
  readonly now: () => number;
  readonly heard: (seq: number) => void;
}

async function pass(
  env: LoadEnv,
  { address, skips, frames, now, heard }: Pass,
): Promise<{ readonly passed: true }> {
  let since = now();
  await load(env, address, {
    snapshots: false,
    skips,
    onRecord({ seq }, _, fold) {
      heard(seq);
      if (now() - since < FRAME_MS) return;
      frames.push(copyOf(fold));
      since = now();
    },
  });
  return { passed: true };
}

/**
 * What work comes to, or what is wrong, and where: at the record that the error names, else at the
 * one behind the last that was heard of.
 */
async function attempt<T extends object>(
  { address, skips }: Trying,
  work: (heard: (seq: number) => void) => Promise<T>,
  seq = 1,
): Promise<T | TrackFault> {
  let next = seq;
  try {
    return await work((last) => (next = last + 1));
  } catch (thrown) {
    const error = TroupeError.is(thrown) ? thrown : strange(address, thrown);
    const named = error.code === "REPLAY_DIVERGED" ? error.data["seq"] : undefined;
    if (typeof named === "number") return { seq: named, error };
    while (skips.has(next)) next++;
    return { seq: next, error };
  }
}

/** A machine may throw whatever it likes where nothing is to be thrown. */
function strange(address: string, cause: unknown): TroupeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("REPLAY_DIVERGED", `"${address}" cannot be replayed: ${why}`, {
    hint: "Restore the code that wrote its records.",
    data: { address },
    cause,
  });
}
