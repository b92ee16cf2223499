/**
 * One life of a host: the real host, on a log and a clock of its own. It ends by being closed,
 * or as `kill -9` ends it: nothing of it is heard any more.
 */
import { createHost, type Host } from "../actors/host.ts";
import type { AnyKind } from "../actors/kind.ts";
import type { CrashPoint } from "../actors/runtime.ts";
import { memoryLog } from "../events/log/memory.ts";
import type { MemoryStore } from "../events/log/memory-store.ts";
import type { LifeSeen } from "./evidence.ts";
import type { Settings } from "./plan.ts";
import { simulatedLog, type Surroundings } from "./simulated-log.ts";

export interface LifeParts extends Surroundings {
  readonly kinds: readonly AnyKind[];
  readonly settings: Settings;
  readonly store: MemoryStore;
  /** What the hosts' clocks show, epoch ms. */
  readonly now: () => number;
  /** It has ended, however. */
  readonly ended: (life: Life) => void;
  readonly warn: (life: number, message: string, facts: Readonly<Record<string, unknown>>) => void;
}

export type AnyHost = Host<readonly AnyKind[]>;

export class Life {
  readonly number: number;
  /** Once it has got through its take-over. */
  host: AnyHost | undefined;
  end: LifeSeen["end"] | undefined;
  /** Whether another one became the owner meanwhile. */
  replaced = false;
  readonly #parts: LifeParts;
  readonly #base;
  readonly #log;

  constructor(number: number, parts: LifeParts) {
    this.number = number;
    this.#parts = parts;
    this.#base = memoryLog({ store: parts.store });
    this.#log = simulatedLog(this.#base, number, parts);
  }

  /** Opens the host; rejects with what ends its take-over. */
  async open(): Promise<void> {
    const { kinds, settings, turns, now, warn } = this.#parts;
    const { number: life } = this;
    const { snapshotEvery, checkpointEvery, idleMs, loadedLimit, mailboxLimit } = settings;
    this.host = await createHost({
      log: this.#log,
      kinds,
      strict: true,
      snapshotEvery,
      checkpointEvery,
      idleMs,
      loadedLimit,
      mailboxLimit,
      writer: `w${life}`,
      clock: {
        now,
        after: (ms, call) => turns.after(life, ms, call),
        turn: () => turns.turn(life),
      },
      warn: (message, facts) => warn(life, message, facts),
      at: (point) => this.#at(point),
    });
  }

  /** Nothing of it happens any more, and others may own the log. */
  kill(end: LifeSeen["end"]): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.#parts.turns.kill(this.number);
    void this.#base[Symbol.asyncDispose]();
    this.#parts.ended(this);
  }

  /** Another one is to become the owner, and this one does not know. */
  replace(): void {
    this.replaced = true;
    this.#parts.store.owners.fill(undefined);
  }

  /** It hears that it is not the owner any more. */
  lose(): void {
    this.#log.lose();
  }

  async close(): Promise<void> {
    await this.host?.[Symbol.asyncDispose]();
    this.kill("closed");
  }

  #at(point: CrashPoint): void {
    if (this.end !== undefined || !this.#parts.faults.crash(point)) return;
    this.kill("killed");
    throw new Error(`crashed at ${point}`);
  }
}
