/**
 * The scheduler of a simulation: it owns every turn, and the time.
 *
 * 1. Whatever would wait for the world waits here as a task; one is released at a time, by the
 *    dice, and everything that follows from it alone has happened before the next.
 * 2. Time moves only here: a little with some turns, and to the next timer when nothing else
 *    waits. A timer that is due is a task like any other, so it may be late, and never early.
 * 3. Tasks and timers belong to a life; those of one that was killed are dropped.
 */
import { setImmediate } from "node:timers";
import type { Dice } from "./dice.ts";

/** The life that belongs to nobody's host: the user and the world. */
export const OUTSIDE = 0;

interface Task {
  readonly life: number;
  readonly run: () => void;
  /** It is under way outside the process, so it may happen after the process has died. */
  readonly sent?: boolean;
}

interface Waiting extends Task {
  readonly at: number;
}

/** Where virtual time begins, epoch ms. */
const START = 1_700_000_000_000;
/** Of a hundred turns, so many take time. */
const TIMED_TURNS = 30;

export class Turns {
  /** Virtual epoch ms, as it really passes: no host's clock shows it where one was set. */
  now = START;
  /** Released tasks. */
  taken = 0;
  /** Tasks that went ahead of one that had waited longer. */
  reordered = 0;
  /** The life whose task was released last. */
  life = OUTSIDE;
  readonly #dice: Dice;
  readonly #fair: boolean;
  #tasks: Task[] = [];
  #timers: Waiting[] = [];
  readonly #dead = new Set<number>();

  /** @param fair first come, first served, and time moves only when nothing waits: for reading shrunk histories. */
  constructor(dice: Dice, fair = false) {
    this.#dice = dice;
    this.#fair = fair;
  }

  /** Whether nothing waits but for time to pass. */
  get calm(): boolean {
    return this.#tasks.length === 0;
  }

  /** A turn of this life, once the scheduler gives it one. */
  turn(life: number, sent = false): Promise<void> {
    return new Promise((run) => this.#add({ life, run, sent }));
  }

  /**
   * Runs a task of this life in some later turn.
   *
   * @param sent whether it is under way outside the process by now.
   */
  add(life: number, run: () => void, sent = false): void {
    this.#add({ life, run, sent });
  }

  /** Calls back once so much time has passed; returns what cancels it. */
  after(life: number, ms: number, run: () => void): () => void {
    const timer: Waiting = { life, run, at: this.now + Math.max(Math.ceil(ms), 0) };
    if (!this.#dead.has(life)) this.#timers.push(timer);
    return () => this.#cancel(timer);
  }

  /** So much time later. */
  pause(life: number, ms: number): Promise<void> {
    return new Promise((resume) => void this.after(life, ms, resume));
  }

  /** Nothing of this life happens any more, but what is under way outside it and the dice let through. */
  kill(life: number): void {
    this.#dead.add(life);
    const stays = ({ life: of, sent = false }: Task): boolean =>
      of !== life || (sent && this.#dice.percent(50));
    this.#tasks = this.#tasks.filter(stays);
    this.#timers = this.#timers.filter((timer) => timer.life !== life);
  }

  /** Releases one task and lets all that follows from it happen; false where nothing waits, not even for time. */
  async next(): Promise<boolean> {
    if (!this.#fair && this.#dice.percent(TIMED_TURNS)) this.now += 1 + this.#dice.below(4);
    if (this.calm) this.#skipTime();
    this.#ripen();
    const index = this.#fair ? 0 : this.#dice.below(this.#tasks.length);
    const [task] = this.#tasks.splice(index, 1);
    if (task === undefined) return false;
    if (index > 0) this.reordered++;
    this.taken++;
    this.life = task.life;
    task.run();
    await new Promise((drained) => setImmediate(drained));
    return true;
  }

  /** Whether a life has not been killed. */
  lives(life: number): boolean {
    return !this.#dead.has(life);
  }

  /** Whether anything of this life waits, for a turn or for time. */
  waits(life: number): boolean {
    const own = (task: Task): boolean => task.life === life;
    return this.#tasks.some(own) || this.#timers.some(own);
  }

  #add(task: Task): void {
    if (!this.#dead.has(task.life)) this.#tasks.push(task);
  }

  #skipTime(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#timers) next = Math.min(next, at);
    if (next !== Number.POSITIVE_INFINITY) this.now = Math.max(this.now, next);
  }

  #ripen(): void {
    if (!this.#timers.some(({ at }) => at <= this.now)) return;
    const due = this.#timers.filter(({ at }) => at <= this.now);
    this.#timers = this.#timers.filter(({ at }) => at > this.now);
    due.sort((a, b) => a.at - b.at);
    this.#tasks.push(...due);
  }

  #cancel(timer: Waiting): void {
    this.#timers = this.#timers.filter((one) => one !== timer);
    this.#tasks = this.#tasks.filter((one) => one !== timer);
  }
}
