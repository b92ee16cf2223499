/** When a live actor stores its snapshots. One that cannot be stored is only reported: the log is complete without it. */
import { recordsFor } from "./content.ts";
import type { Fold } from "./fold.ts";
import type { Runtime } from "./runtime.ts";
import { writeSnapshot } from "./snapshot.ts";
import { FEW } from "./start.ts";

export class Snapshots {
  readonly #rt: Runtime;
  /** Where one was tried last. */
  #tried = 0;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  /** The larger the last one was, the later comes the next: its cost is spread over the records between (A13). */
  due(fold: Fold): boolean {
    return this.#unread(fold) >= Math.max(this.#rt.snapshotEvery, recordsFor(fold.stored?.bytes ?? 0));
  }

  /** Stores the last one before the actor leaves the memory, where that spares the next load anything. */
  async last(fold: Fold, ran: number): Promise<void> {
    if (this.#unread(fold) > FEW) await this.store(fold, ran);
  }

  /** @param ran custom actions up to this seq have run: one in doubt must stand in the records, not here. */
  async store(fold: Fold, ran: number): Promise<void> {
    if (fold.seq === this.#tried || (fold.actions.size > 0 && ran < fold.seq)) return;
    this.#tried = fold.seq;
    const { address } = fold.identity;
    try {
      this.#rt.at("during-snapshot", address);
    } catch (error) {
      return this.#rt.fail(error);
    }
    try {
      await writeSnapshot(this.#rt, fold);
    } catch (error) {
      this.#rt.warn("a snapshot could not be stored; the log is complete without it", {
        address,
        error,
      });
    }
  }

  /** How many records a load would read now. */
  #unread({ seq, stored, checkpoint }: Fold): number {
    return seq - Math.max(stored?.seq ?? 0, checkpoint?.seq ?? 0, this.#tried);
  }
}
