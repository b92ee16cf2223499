/**
 * Rows as they change.
 *
 * - The log is the bell: whatever is appended, by whichever process, lets the rows be folded to the
 *   end and read from where the reader stands. Who folded them does not matter.
 * - A slow reader holds nothing up: it gets the last state of what moved meanwhile.
 */
import type { EventLog } from "../events/log/log.ts";
import { bell } from "../events/log/bell.ts";
import { TOLD_FOR, type Look, type Which } from "./store.ts";

export interface WatchOptions {
  /** Ends it: the iteration completes. */
  readonly signal?: AbortSignal;
}

/** What a watcher is told. */
export type RowChange<TRow> =
  /** First of all, and whenever rows were built anew: forget what you hold, all rows follow. */
  | { readonly type: "reset" }
  | {
      readonly type: "row";
      readonly key: string;
      readonly row: TRow | undefined;
      /** Why the key is parked. */
      readonly parked?: string;
    }
  | { readonly type: "removed"; readonly key: string };

interface Watching {
  readonly log: EventLog;
  readonly signal: AbortSignal;
  /** Rows of the projection, folded to the end. */
  readonly look: (which: Which) => Promise<Look>;
}

/** Tells of every change, until the signal or the reader's end. */
export async function* watchRows<TRow>({
  log,
  signal,
  look,
}: Watching): AsyncGenerator<RowChange<TRow>, void, undefined> {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const heard = listen(log, await log.end(), until);
  try {
    let seen = await look({});
    yield* all<TRow>(seen);
    let moved = lastOf(seen);
    while (await heard.next()) {
      const found = await look({ since: moved });
      const folded = found.checkpoint?.folded ?? 0;
      if (found.build !== seen.build || folded - moved > TOLD_FOR) {
        seen = await look({});
        yield* all<TRow>(seen);
      } else {
        seen = found;
        for (const change of changes<TRow>(found)) yield change;
      }
      moved = lastOf(seen);
    }
  } finally {
    ended.abort();
    await heard.done;
  }
}

function* all<TRow>(look: Look): Generator<RowChange<TRow>> {
  yield { type: "reset" };
  yield* changes<TRow>(look);
}

function* changes<TRow>({ entries }: Look): Generator<RowChange<TRow>> {
  for (const [key, { row, parked }] of entries)
    if (row === undefined && parked === undefined) yield { type: "removed", key };
    else
      yield {
        type: "row",
        key,
        row: row as TRow | undefined, // what this projection's fold gave, of the same version
        ...(parked !== undefined && { parked }),
      };
}

/** Every row that moves from now on has a greater number than this. */
function lastOf({ checkpoint }: Look): number {
  return checkpoint?.folded ?? 0;
}

interface Heard {
  /** Resolves when something was appended since it was asked last: true; or at the end: false. */
  next(): Promise<boolean>;
  /** Resolves once nothing listens any more. Rejects with what went wrong. */
  readonly done: Promise<void>;
}

/** Listens to the end of a log. */
function listen(log: EventLog, after: string, signal: AbortSignal): Heard {
  const rings = bell();
  let rung = false;
  let over = false;
  const hear = async (): Promise<void> => {
    try {
      for await (const _ of log.scan({ after, live: true, signal })) {
        rung = true;
        rings.ring();
      }
    } finally {
      over = true;
      rings.ring();
    }
  };
  const done = hear();
  done.catch(() => {}); // whoever waits for `next` or `done` meets it
  return {
    done,
    async next() {
      while (!rung && !over) await rings.wait();
      if (over) {
        await done;
        return false;
      }
      rung = false;
      return true;
    },
  };
}
