/**
 * How hosts that share a simulated log ask each other: as on NATS, of which it keeps what matters.
 *
 * 1. A question reaches whoever serves the partition now: nobody is an answer, and it is asked again.
 *    Of two that both believe to own it, what an actor sent reaches both, anything else one of them.
 * 2. Whoever takes a question and dies, or whose answer is lost, is missed after a while, and it is
 *    asked again. So it may be taken twice, and late.
 * 3. Question and answer wait for a turn each.
 */
import type { Json } from "../events/json.ts";
import { answerOf, isUnowned, resultOf, UNOWNED, type Answer } from "../events/log/answer.ts";
import { unanswered, unowned } from "../events/log/faults.ts";
import type { Command } from "../events/log/log.ts";
import type { MemoryStore } from "../events/log/memory-store.ts";
import { partitionOfAddress } from "../events/subjects.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { Turns } from "./turns.ts";

/** How often it is asked again (NATS: each 20 ms), how often an owner is missed, and how long all of it takes at most, ms. */
const AGAIN_MS = 200;
const MISSED_MS = 1_000;
const LONGEST_MS = 30_000;
/** After how many looks at an owner that is still there it is asked again. */
const SILENT_LOOKS = 3;

type Work = (command: Command) => Promise<Json>;
/** Undefined: whoever took it went away. */
type Heard = (answer: Answer | undefined) => void;

interface Listener {
  readonly life: number;
  readonly work: Work;
  /** Questions that are on their way to it. */
  coming: number;
  /** Those that it has taken and not answered. */
  readonly open: Set<Heard>;
}

export interface ChannelParts {
  readonly turns: Turns;
  readonly faults: Faults;
  readonly store: MemoryStore;
  readonly dice: Dice;
}

export class Channel {
  readonly #parts: ChannelParts;
  readonly #listeners: readonly Set<Listener>[];

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.#listeners = parts.store.owners.map(() => new Set());
  }

  /** Takes what is asked of a partition, until disposed or its ownership is over: then all has been taken that was on its way. */
  serve(
    life: number,
    partition: number,
    { over, work }: { readonly over: AbortSignal; readonly work: Work },
  ): AsyncDisposable {
    const { turns } = this.#parts;
    const listener: Listener = { life, work, coming: 0, open: new Set() };
    const all = this.#listeners[partition];
    all?.add(listener);
    const end = (): void => {
      all?.delete(listener);
      for (const heard of listener.open) this.#respond(listener, heard, undefined);
    };
    over.addEventListener("abort", end, { once: true });
    return {
      async [Symbol.asyncDispose]() {
        all?.delete(listener);
        while (listener.coming > 0) await turns.turn(life);
      },
    };
  }

  /** Nothing reaches a dead process. */
  drop(life: number): void {
    for (const all of this.#listeners) for (const one of all) if (one.life === life) all.delete(one);
  }

  async request(life: number, command: Command, timeoutMs = LONGEST_MS): Promise<Json> {
    const { turns, store } = this.#parts;
    const until = turns.now + timeoutMs;
    for (;;) {
      await turns.turn(life, true);
      const answer = await this.#ask(life, command);
      if (answer !== undefined && !isUnowned(answer)) return resultOf(answer);
      if (store.hosts.size === 0)
        throw answer === undefined ? unanswered(command.id, "its owner went away") : unowned("memory:");
      if (turns.now >= until) throw unanswered(command.id, `none came within ${timeoutMs} ms`);
      await turns.pause(life, AGAIN_MS);
    }
  }

  async #ask(life: number, command: Command): Promise<Answer | undefined> {
    const partition = partitionOfAddress(command.address, this.#parts.store.partitions);
    const all = [...(this.#listeners[partition] ?? [])];
    if (all.length === 0) return UNOWNED;
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    const heard: Heard = (answer) => this.#parts.turns.add(life, () => resolve(answer));
    const listeners = command.op === "deliver" ? all : [this.#parts.dice.of(all)];
    for (const listener of listeners) this.#offer(listener, command, heard);
    const found = this.#miss(life, partition, resolve);
    return promise.finally(() => found.cancel());
  }

  #offer(listener: Listener, command: Command, heard: Heard): void {
    const copy: Command = { ...command, data: structuredClone(command.data) };
    listener.coming++;
    this.#parts.turns.add(listener.life, () => {
      listener.coming--;
      const own: Heard = (answer) => heard(answer); // one of its own for each question
      listener.open.add(own);
      void answerOf(() => listener.work(copy)).then((answer) => this.#respond(listener, own, answer));
    });
  }

  #respond({ life, open }: Listener, heard: Heard, answer: Answer | undefined): void {
    if (!open.delete(heard)) return;
    const { turns, faults } = this.#parts;
    if (!faults.fails("answer")) turns.add(life, () => heard(structuredClone(answer)), true);
  }

  /** Looks now and then whether the owner is still the same, and how long it has been silent. */
  #miss(life: number, partition: number, gone: Heard): { cancel: () => void } {
    const { turns, store } = this.#parts;
    const owner = (): unknown => store.owners[partition];
    const first = owner();
    const look = (looks: number): (() => void) =>
      turns.after(life, MISSED_MS, () => {
        if (owner() !== first || first === undefined || looks === SILENT_LOOKS) gone(undefined);
        else missing.cancel = look(looks + 1);
      });
    const missing = { cancel: look(1) };
    return missing;
  }
}
