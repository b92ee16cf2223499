/**
 * A line between two processes over anything that may lose what it carries, as a connection does
 * that comes back.
 *
 * - 1. Each side says every second how far it has heard; what was not heard is said again.
 * - 2. Words are heard once and in order.
 * - 3. Who hears nothing for three beats takes the other for gone. Beats of its own are counted,
 *      not time: a process that was held up listens first.
 */
import { clearInterval, setInterval } from "node:timers";
import { z } from "zod";
import type { Json } from "../json.ts";
import type { WorkListener, WorkLine } from "./work-channel.ts";

const BEAT_MS = 1_000;
const SILENT_BEATS = 3;

/** What one side sends to the other. */
export const Frame = z.object({
  /** Number of the last word that it has heard, from 1. */
  heard: z.int().min(0),
  /** Number of the word that it says. */
  n: z.int().min(1).exactOptional(),
  word: z.custom<Json>((value) => value !== undefined, "Expected JSON").exactOptional(),
  /** It hangs up. */
  closed: z.literal(true).exactOptional(),
});
export type Frame = z.infer<typeof Frame>;

export interface OwnLine extends WorkLine {
  /** Takes a frame of the other side. */
  take(frame: Frame): void;
}

/** @param post may throw for a frame with a word: then it is not said. What gets lost is posted again. */
export function createLine({
  post,
  heard,
  over,
  beatMs = BEAT_MS,
}: {
  readonly post: (frame: Frame) => void;
  readonly heard: WorkListener;
  /** Called once, whichever side ends it. */
  readonly over?: () => void;
  /** Default one second; both sides have the same. */
  readonly beatMs?: number;
}): OwnLine {
  const gone = new AbortController();
  const unheard = new Map<number, Json>();
  let said = 0;
  let taken = 0;
  let silent = 0;
  let ended = false;
  /** What was said before the beat before, and the one before that. */
  let marks: readonly [number, number] = [0, 0];
  const beats = setInterval(beat, beatMs).unref();

  function end(): void {
    ended = true;
    clearInterval(beats);
    over?.();
  }
  function lose(): void {
    end();
    gone.abort();
  }
  function beat(): void {
    try {
      if (++silent > SILENT_BEATS) {
        lose();
        return post({ heard: taken, closed: true }); // for one that was only held up
      }
      for (const [n, word] of unheard) if (n <= marks[0]) post({ heard: taken, n, word });
      marks = [marks[1], said];
      post({ heard: taken });
    } catch {
      lose(); // what cannot be said again breaks the line, as it says
    }
  }

  return {
    gone: gone.signal,
    say(word) {
      if (ended) return;
      post({ heard: taken, n: said + 1, word });
      said += 1;
      unheard.set(said, word);
    },
    take({ heard: upTo, n, word, closed }) {
      if (ended) return;
      silent = 0;
      for (const known of unheard.keys()) if (known <= upTo) unheard.delete(known);
      if (closed === true) return lose();
      if (n !== taken + 1 || word === undefined) return;
      taken = n;
      heard(word);
    },
    close() {
      if (ended) return;
      end();
      post({ heard: taken, closed: true });
    },
  };
}
