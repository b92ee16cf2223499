/**
 * Runs a feature on the real host, on the memory log and virtual time.
 *
 * - `live`: one host from start to end.
 * - `closed`: after every act the host is closed and another one opened.
 * - `crashed`: the host dies right after every append that is not its own take-over: no effect
 *   has run, no sender was answered, nothing but the log is left.
 */
import type { AnyActorRef, AnyStateMachine, Snapshot } from "xstate";
import { z } from "zod";
import { createHost, type Host } from "../../src/actors/host.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { TroupeError } from "../../src/errors.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { settle, virtualClock, type VirtualClock } from "./virtual-clock.ts";
import { plain, seen, type Act, type Feature } from "./xstate-features.ts";

export type Fate = "live" | "closed" | "crashed";

export interface Outcome {
  readonly seen: unknown;
  readonly emitted: readonly unknown[];
  readonly trace: readonly string[];
}

const AnyEvent = z.looseObject({ type: z.string() });

class Crash extends Error {}

export async function runHosted(feature: Feature, fate: Fate): Promise<Outcome> {
  const { logic, input, script, impure } = feature;
  const trace: string[] = [];
  const store = memoryStore({ partitions: 1 });
  const clock = virtualClock();
  // The features' roots are machines; which one is not known to the types.
  const machine = logic((what) => trace.push(what)) as AnyStateMachine;
  const kind: AnyKind = defineKind({ kind: "case", version: "1", machine, events: AnyEvent });
  const stage = new Stage({ kind, store, clock, strict: impure !== true, fate });
  await stage.open();
  await stage.start(input);
  for (const act of script) await stage.act(act);
  return stage.close(trace);
}

interface StageOptions {
  readonly kind: AnyKind;
  readonly store: ReturnType<typeof memoryStore>;
  readonly clock: VirtualClock;
  readonly strict: boolean;
  readonly fate: Fate;
}

class Stage {
  readonly #options: StageOptions;
  #host: Host<readonly AnyKind[]> | undefined;
  #log: EventLog | undefined;
  #mayCrash = false;
  #commands = 0;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { store, kind, clock, strict } = this.#options;
    const log = this.#watched(memoryLog({ store }));
    this.#log = log;
    this.#host = await createHost<readonly AnyKind[]>({
      log,
      kinds: [kind],
      clock,
      strict,
      at: (point) => {
        if (point !== "after-append" || !this.#mayCrash) return;
        this.#mayCrash = false;
        throw new Crash("planned");
      },
    });
  }

  async start(input: Feature["input"]): Promise<void> {
    await this.#insist((host) => host.start("case/root", { ...(input !== undefined && { input }) }));
    await this.#settle();
  }

  async act(act: Act): Promise<void> {
    if ("pass" in act) await this.#pass(act.pass);
    if ("stop" in act) await this.#insist((host) => host.actor("case/root").stop());
    if ("send" in act) await this.#send(act);
    await this.#settle();
    if (this.#options.fate === "closed") await this.#reopen();
  }

  async close(trace: readonly string[]): Promise<Outcome> {
    await this.#settle();
    const snapshot = await this.#snapshot();
    const emitted: unknown[] = [];
    const stepper = this.#host;
    for await (const { stream, body } of stepper?.records({ live: false }) ?? []) {
      if (stream === "case/root")
        for (const fact of body.facts ?? []) emitted.push(plain(decodeFact(fact)));
    }
    await this.#dispose();
    return { seen: seen(snapshot), emitted, trace };
  }

  /** Crashes wait for the world: an append of the take-over itself is not one. */
  #watched(log: EventLog): EventLog {
    return {
      ...log,
      append: async (stream, records, options) => {
        const seq = await log.append(stream, records, options);
        const own = records.every(
          ({ type }) => type === "troupe.recovered" || type === "troupe.settled",
        );
        this.#mayCrash = this.#options.fate === "crashed" && !own;
        return seq;
      },
    };
  }

  async #send({ send, to }: Extract<Act, { send: unknown }>): Promise<void> {
    if (to === undefined || to.length === 0) {
      const id = `c${this.#commands++}`;
      await this.#insist((host) => host.actor("case/root").send(send, { id }));
      return;
    }
    let ref: AnyActorRef | undefined;
    let snapshot: Snapshot<unknown> = await this.#snapshot();
    for (const id of to) {
      const children: unknown = "children" in snapshot ? snapshot.children : {};
      ref = Reflect.get(Object(children), id) as AnyActorRef; // a feature names children that exist
      if (id !== to.at(-1))
        snapshot = await this.#snapshot(`case/${ref.sessionId.slice("case/".length)}`);
    }
    ref?.send(send);
  }

  async #pass(ms: number): Promise<void> {
    const until = this.#options.clock.now() + ms;
    do {
      await this.#options.clock.pass(Math.max(until - this.#options.clock.now(), 0));
      await this.#settle();
    } while (this.#options.clock.now() < until);
  }

  /** Asks until a host lives long enough to answer; the command's id keeps it from counting twice. */
  async #insist(ask: (host: Host<readonly AnyKind[]>) => Promise<unknown>): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt++) {
      try {
        if (this.#host !== undefined) await ask(this.#host);
        return;
      } catch (error) {
        if (TroupeError.is(error, "EVENT_REFUSED")) return;
        if (!TroupeError.is(error, "HOST_FAILED") && !TroupeError.is(error, "HOST_CLOSED")) throw error;
        await this.#reopen();
      }
    }
    throw new Error("no host lives long enough to answer");
  }

  async #settle(): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      await settle();
      if (this.#host?.failed.aborted !== true) return;
      await this.#reopen();
    }
    throw new Error("the crashes never end");
  }

  async #reopen(): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      await this.#dispose();
      try {
        return await this.open();
      } catch (error) {
        if (!TroupeError.is(error, "HOST_FAILED")) throw error;
      }
    }
    throw new Error("no host ever gets through its take-over");
  }

  async #dispose(): Promise<void> {
    await this.#host?.[Symbol.asyncDispose]();
    await this.#log?.[Symbol.asyncDispose]();
    this.#host = undefined;
  }

  async #snapshot(address: `case/${string}` = "case/root"): Promise<Snapshot<unknown>> {
    if (this.#host === undefined) throw new Error("no host");
    return (await this.#host.actor(address).snapshot()) as Snapshot<unknown>; // any machine's
  }
}

/** A fact as the features compare it: refs by id, errors by message. */
function decodeFact(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decodeFact);
  const { xstate$$type: ref, id, troupe$: tag, name, message } = value as Record<string, unknown>; // a JSON object
  if (ref === 1) return { ref: id };
  if (tag === "error") return Object.assign(new Error(String(message)), { name });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decodeFact(item)]));
}
