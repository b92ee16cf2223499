/**
 * A9's window: which commands from outside an actor has recorded, and where.
 *
 * 1. It knows at least the last {@link WINDOW_SIZE} ids, and all of the last {@link WINDOW_MS}.
 *    What stands in checkpoints goes by whole segments, so it may know a little more.
 * 2. Ids of a checkpoint are written once, in its record; a later checkpoint or a snapshot only
 *    names those that still count (A14). So a window of a million ids makes neither larger.
 * 3. Whoever restores a window may ask it for ids only once every segment is filled in. What is
 *    kept and what is forgotten depends on the records alone, filled in or not.
 */
import { CommandIds, hashOfId, type Packed } from "./command-ids.ts";
import { eachIn, textOf, type Noted } from "./window-text.ts";

const WINDOW_SIZE = 10_000;
const WINDOW_MS = 24 * 3_600_000;

/** Ids that stand in a checkpoint. */
export interface Segment {
  /** Seq of the checkpoint. */
  readonly seq: number;
  readonly count: number;
  /** When the last of them was recorded, epoch ms. */
  readonly at: number;
}

/** A window as JSON. */
export interface StoredWindow {
  /** `[seq, count, at]` of the segments that count, oldest first. */
  readonly segments: readonly (readonly [seq: number, count: number, at: number])[];
  /** Ids since the last checkpoint. */
  readonly fresh: string;
}

export class CommandWindow {
  readonly #ids = new CommandIds();
  #segments: Segment[] = [];
  /** Seqs of segments whose ids are not here. */
  #missing = new Set<number>();
  #fresh: Noted[] = [];
  /** Entries at the start of `#fresh` that are forgotten. */
  #gone = 0;
  #size = 0;
  /** Ids of records up to this seq are forgotten. */
  #floor = 0;

  static restore({ segments, fresh }: StoredWindow): CommandWindow {
    const window = new CommandWindow();
    window.#segments = segments.map(([seq, count, at]) => ({ seq, count, at }));
    window.#missing = new Set(segments.map(([seq]) => seq));
    eachIn(fresh, (one) => {
      window.#fresh.push(one);
      window.#ids.set(one.id, one.seq, 0);
    });
    window.#size = segments.reduce((sum, [, count]) => sum + count, window.#fresh.length);
    return window;
  }

  /** How many ids it knows. */
  get size(): number {
    return this.#size;
  }

  /** How many of them stand in no checkpoint. */
  get freshSize(): number {
    return this.#fresh.length - this.#gone;
  }

  /** Checkpoints whose ids have to be filled in before anybody may ask for an id. */
  get missing(): ReadonlySet<number> {
    return this.#missing;
  }

  /** The seq of a command's record; undefined where it is not known, or forgotten. */
  get(cause: string): number | undefined {
    if (this.#missing.size > 0) throw new Error("a command window is asked before it is filled in");
    return this.#ids.get(hashOfId(cause), this.#floor);
  }

  /** A command was recorded. */
  note(cause: string, { seq, at }: { readonly seq: number; readonly at: number }): void {
    const id = hashOfId(cause);
    this.#ids.set(id, seq, this.#floor);
    this.#fresh.push({ id, seq, at });
    this.#size += 1;
    this.#forget(at);
  }

  /** A checkpoint was recorded: it holds the ids since the one before. */
  seal(seq: number): void {
    const last = this.#fresh.at(-1);
    if (last !== undefined && this.freshSize > 0)
      this.#segments.push({ seq, count: this.freshSize, at: last.at });
    this.#fresh = [];
    this.#gone = 0;
  }

  /** The ids of all checkpoints that are missing, as their records have them. */
  fill(noted: readonly Packed[]): void {
    this.#ids.setAll(noted, this.#size, this.#floor);
    this.#missing.clear();
  }

  store(): StoredWindow {
    return {
      segments: this.#segments.map(({ seq, count, at }) => [seq, count, at]),
      fresh: textOf(this.#fresh.slice(this.#gone)),
    };
  }

  #forget(now: number): void {
    const before = now - WINDOW_MS;
    for (let [first] = this.#segments; first !== undefined; [first] = this.#segments) {
      if (first.at > before || this.#size - first.count < WINDOW_SIZE) return;
      this.#segments.shift();
      this.#missing.delete(first.seq);
      this.#drop(first.count, first.seq);
    }
    for (let one = this.#fresh[this.#gone]; one !== undefined; one = this.#fresh[this.#gone]) {
      if (one.at > before || this.#size <= WINDOW_SIZE) break;
      this.#gone += 1;
      this.#drop(1, one.seq);
    }
    if (this.#gone <= WINDOW_SIZE) return;
    this.#fresh = this.#fresh.slice(this.#gone);
    this.#gone = 0;
  }

  #drop(count: number, seq: number): void {
    this.#size -= count;
    this.#floor = seq;
  }
}
