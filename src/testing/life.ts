/**
 * One life of a host: the real host, on a log and a clock of its own. It ends by being closed,
 * or as `kill -9` ends it: nothing of it is heard any more.
 */
import { openHost, type Host } from "../actors/host.ts";
import type { AnyKind } from "../actors/kind.ts";
import type { CrashPoint } from "../actors/runtime.ts";
import type { StandIns } from "../actors/stand-ins.ts";
import { memoryLog } from "../events/log/memory.ts";
import type { MemoryStore } from "../events/log/memory-store.ts";
import type { LifeSeen } from "./evidence.ts";
import { LEASE_MS, type Settings } from "./plan.ts";
import { simulatedLog } from "./simulated-log.ts";
import type { Surroundings } from "./surroundings.ts";
import { OUTSIDE } from "./turns.ts";

export interface LifeParts extends Surroundings {
  readonly kinds: readonly AnyKind[];
  readonly standIns?: StandIns;
  readonly settings: Settings;
  readonly store: MemoryStore;
  /** What the clock of its host shows, epoch ms. */
  readonly now: () => number;
  /** Before what it owned is free, since it died. */
  readonly dies: () => void;
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
  /** Partitions of hosts that share the log: those of which it did not know that it had lost them. */
  readonly stale = new Set<number>();
  readonly #parts: LifeParts;
  #closing: Promise<void> | undefined;
  readonly #base;
  readonly #log;

  constructor(number: number, parts: LifeParts) {
    this.number = number;
    this.#parts = parts;
    this.#base = memoryLog({ store: parts.store, shared: parts.channel !== undefined });
    this.#log = simulatedLog(this.#base, number, parts);
  }

  /** Opens the host; rejects with what ends its take-over. */
  async open(): Promise<void> {
    const { kinds, standIns, settings, turns, now, warn } = this.#parts;
    const { number: life } = this;
    const { snapshotEvery, checkpointEvery, idleMs, loadedLimit, mailboxLimit } = settings;
    this.host = await openHost({
      log: this.#log,
      kinds,
      standIns,
      strict: true,
      snapshotEvery,
      checkpointEvery,
      idleMs,
      loadedLimit,
      mailboxLimit,
      writer: `w${life}`,
      name: `h${String(life).padStart(4, "0")}`, // by which hosts are in order, whatever follows it in their ids
      clock: {
        now,
        made: true,
        after: (ms, call) => turns.after(life, ms, call),
        turn: () => turns.turn(life),
      },
      warn: (message, facts) => warn(life, message, facts),
      at: (point) => this.#at(point),
    });
  }

  /**
   * Nothing of it happens any more, and others may own the log.
   *
   * @param leaseMs how long others believe that it lives. Default: where it is not closed in order and
   * shares the log, as long as its leases last.
   */
  kill(end: LifeSeen["end"], leaseMs = end === "closed" ? 0 : LEASE_MS): void {
    if (this.end !== undefined) return;
    const { turns, channel, dies, ended } = this.#parts;
    this.end = end;
    turns.kill(this.number);
    this.#log.stop();
    const free = (): void => {
      dies();
      void this.#base[Symbol.asyncDispose]();
    };
    if (channel === undefined) free();
    else turns.after(OUTSIDE, leaseMs, free);
    ended(this);
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

  /** What is to be called for this one to hear that it has lost a partition. */
  loser(partition: number): () => void {
    return this.#log.loser(partition);
  }

  /** Whether it ends, has ended, or cannot go on: then it may say so to who asks. */
  get isLeaving(): boolean {
    return this.end !== undefined || this.#closing !== undefined || this.host?.failed.aborted !== false;
  }

  /** Ends in order. Safe to call again: it is over when the first is. */
  close(end: "closed" | "failed" = "closed"): Promise<void> {
    this.#closing ??= this.#close(end);
    return this.#closing;
  }

  async #close(end: "closed" | "failed"): Promise<void> {
    await this.host?.[Symbol.asyncDispose]();
    this.kill(end);
  }

  #at(point: CrashPoint): void {
    if (this.end !== undefined || !this.#parts.faults.crash(point)) return;
    this.kill("killed");
    throw new Error(`crashed at ${point}`);
  }
}
