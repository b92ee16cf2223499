/** What the actors of a simulated history still owe, as the last record of each says. */
import type { JsonObject } from "../events/json.ts";
import type { Enterable } from "./outside.ts";

interface Owed {
  /** Effects, residents and timers that are open. */
  readonly count: number;
  /** Whether a former owner wrote it behind the take-over. */
  readonly late: boolean;
}

export class Owing {
  readonly #owed = new Map<string, Owed>();

  /** @param epoch of the present owner of the actor's partition. */
  wrote(stream: string, body: JsonObject, epoch: number): void {
    const count = Number(body["owes"]);
    if (count === 0) this.#owed.delete(stream);
    else this.#owed.set(stream, { count, late: Number(body["epoch"]) < epoch });
  }

  streams(): readonly string[] {
    return [...this.#owed.keys()];
  }

  /** Whether nothing is open but activities that never end by themselves. */
  rests({ silent, open }: Pick<Enterable, "silent" | "open">): boolean {
    if (this.#owed.size === 0) return true;
    const keys = [...(silent?.() ?? [])];
    return [...this.#owed].every(([stream, { count }]) => {
      const quiet = keys.filter((key) => key.startsWith(`${stream}#`)).length;
      return quiet > 0 && quiet === (open?.(stream) ?? count);
    });
  }

  /** Whether something is owed, and all of it is what a former owner moved. */
  get isLate(): boolean {
    const all = [...this.#owed.values()];
    return all.length > 0 && all.every(({ late }) => late);
  }
}
