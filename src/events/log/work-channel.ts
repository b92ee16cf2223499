/**
 * How work travels to a host with a label, and the words that both sides say meanwhile. Beside the
 * log: nothing of it is stored. What is said and what it means is the actors' (src/actors/away).
 */
import type { Json } from "../json.ts";

/** Two processes that are busy with one piece of work, as one of them sees it. */
export interface WorkLine {
  /**
   * Says something to the other side: it arrives once and in order, or the line breaks.
   *
   * @throws {@link TroupeError} `JSON_INVALID`, `PAYLOAD_TOO_LARGE`; nothing was said.
   */
  say(word: Json): void;
  /** Aborts when the other side hangs up, or was silent for three seconds; not when this side hangs up. */
  readonly gone: AbortSignal;
  /** Hangs up. What is said and not yet heard may be lost. */
  close(): void;
}

/** Hears what the other side says. Never throws. */
export type WorkListener = (word: Json) => void;

/** Work that a label is asked for. */
export interface AskedWork {
  /** Letters, digits, `_` and `-`. */
  readonly label: string;
  /** The actor that it is done for. */
  readonly address: string;
  readonly work: Json;
}

/**
 * Takes a piece of work and begins with it, or throws: then who asked hears why.
 *
 * @returns what hears the words of who asked.
 */
export type TakeWork = (asked: AskedWork, line: WorkLine) => WorkListener;

export interface WorkChannel {
  /** Takes work that is asked of a label, until disposed. Work that is under way goes on. */
  serve(label: string, take: TakeWork): Promise<AsyncDisposable>;
  /**
   * Asks one of those who serve a label.
   *
   * @param heard hears what is said from the moment it is taken, be it before this resolves.
   * @returns undefined where nobody serves it.
   * @throws {@link TroupeError} what the one that was asked threw; `LOG_OUTCOME_UNKNOWN` where
   * one may have begun and will soon miss who asked; what keeps it from being asked.
   */
  request(asked: AskedWork, heard: WorkListener): Promise<WorkLine | undefined>;
}
