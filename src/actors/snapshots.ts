/** When a live actor stores its snapshots. One that cannot be stored is only reported: the log is complete without it. */
import type { Fold } from "./fold.ts";
import type { Runtime } from "./runtime.ts";
import { writeSnapshot } from "./snapshot.ts";

/** As many of a snapshot's entries may be written for each record. */
const ENTRIES_A_RECORD = 10;
/** And as many of its characters. */
const CHARACTERS_A_RECORD = 64;

export class Snapshots {
  readonly #rt: Runtime;
  /** Seq of the last one, or of the record that the actor was loaded at. */
  #at = 0;
  /** Characters of the last one that was stored here. */
  #size = 0;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  from(seq: number): void {
    this.#at = seq;
  }

  /** The larger a snapshot, the later it is: its cost is spread over the records between (A13). */
  due({ seq, commands, watermarks, outbox }: Fold): boolean {
    const entries = (commands.freshSize + watermarks.size + outbox.size) / ENTRIES_A_RECORD;
    const spread = Math.max(entries, this.#size / CHARACTERS_A_RECORD);
    return seq - this.#at >= Math.max(this.#rt.snapshotEvery, spread);
  }

  /** @param ran custom actions up to this seq have run: one in doubt must stand in the records, not here. */
  async store(fold: Fold, ran: number): Promise<void> {
    if (fold.seq === this.#at || (fold.actions.size > 0 && ran < fold.seq)) return;
    this.#at = fold.seq;
    const { address } = fold.identity;
    try {
      this.#rt.at("during-snapshot", address);
    } catch (error) {
      return this.#rt.fail(error);
    }
    try {
      this.#size = await writeSnapshot(this.#rt, fold);
    } catch (error) {
      this.#rt.warn("a snapshot could not be stored; the log is complete without it", {
        address,
        error,
      });
    }
  }
}
