/**
 * Where the laws of the actor are tested: one log, any number of hosts on it one after the other
 * or at once, virtual time, and quiet instead of sleep.
 */
import { join } from "node:path";
import { createHost, type Host, type HostOptions } from "../../src/actors/host.ts";
import { parseBody, type RecordBody } from "../../src/events/record.ts";
import type { EventLog, Recorded } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import type { AnyKind } from "../../src/actors/kind.ts";
import type { Clock } from "../../src/actors/clock.ts";
import { heldLog, type HeldLog } from "./laws-log.ts";
import { folder } from "./log-sqlite.ts";
import { virtualClock } from "./virtual-clock.ts";

/** A host, and the log that it runs on. */
export interface Process<TKinds extends readonly AnyKind[]> {
  readonly host: Host<TKinds>;
  readonly log: HeldLog;
  readonly talk: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
}

export interface Bench extends AsyncDisposable {
  readonly clock: Clock;
  /** Opens a log of its own on the same storage, and a host on it. */
  start<const TKinds extends readonly AnyKind[]>(
    kinds: TKinds,
    options?: Partial<HostOptions<TKinds>>,
  ): Promise<Process<TKinds>>;
  /**
   * As `start`, while another host lives: a zombie cannot know that it was replaced. With `alike`
   * it has the first owner's epoch, so that neither can tell which of them is the zombie.
   */
  usurp<const TKinds extends readonly AnyKind[]>(
    kinds: TKinds,
    options?: Partial<HostOptions<TKinds>>,
    alike?: "alike",
  ): Promise<
    Process<TKinds> & { /** Its lease is gone, and it learns of it. */ readonly lose: () => void }
  >;
  /** One more handle on the log. */
  open(): Promise<EventLog>;
  /** As kill -9 does. */
  kill(process: { readonly log: HeldLog }): Promise<void>;
  /** Until nothing moves that needs no time. */
  settle(): Promise<void>;
  /** Lets time pass, each thing that falls due settled before the next. */
  pass(ms: number): Promise<void>;
  records(address: string): Promise<(Omit<Recorded, "body"> & { readonly body: RecordBody })[]>;
  /** Types of an actor's records. */
  types(address: string): Promise<string[]>;
}

export interface Engine {
  readonly name: string;
  readonly bench: () => Promise<Bench>;
}

/** The engines that need no server; laws-jetstream.ts has all of them. */
export const ENGINES: readonly Engine[] = [
  {
    name: "memory",
    async bench() {
      const store = memoryStore({ partitions: 2 });
      return benchOn(async () => memoryLog({ store }), new AsyncDisposableStack());
    },
  },
  {
    name: "sqlite",
    async bench() {
      const stack = new AsyncDisposableStack();
      const path = join(stack.use(await folder()).path, "log.db");
      return benchOn(async () => sqliteLog({ path }), stack);
    },
  },
];

/** Rounds of the event loop in which nothing may happen before it counts as quiet. */
const QUIET = 10;

export function benchOn(open: () => Promise<EventLog>, stack: AsyncDisposableStack): Bench {
  const time = virtualClock();
  const logs: HeldLog[] = [];
  let epochs = 1000;

  async function process<const TKinds extends readonly AnyKind[]>(
    kinds: TKinds,
    options: Partial<HostOptions<TKinds>>,
    log: HeldLog,
  ): Promise<Process<TKinds>> {
    logs.push(log);
    const talk: [string, Readonly<Record<string, unknown>>][] = [];
    const clock: Clock = {
      now: () => time.now(),
      after: (ms, call) => time.after(ms, () => void (log.dead || call())),
    };
    const warn = (...line: (typeof talk)[number]): void => void talk.push(line);
    const opened = createHost({ kinds, clock, warn, shared: false, ...options, log });
    opened.catch(() => log[Symbol.asyncDispose]());
    const host = await opened;
    stack.defer(async () => {
      log.release();
      if (!log.dead) await host[Symbol.asyncDispose]();
      if (!log.dead) await log[Symbol.asyncDispose]();
    });
    return { host, log, talk };
  }

  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET; quiet++) {
      await new Promise(setImmediate);
      if (logs.some(({ busy }) => busy > 0)) quiet = 0;
    }
  }

  async function records(address: string): ReturnType<Bench["records"]> {
    const log = await open();
    const found = await Array.fromAsync(log.read(address));
    await log[Symbol.asyncDispose]();
    return found.map((record) => ({ ...record, body: parseBody(record.body, address) }));
  }

  return {
    clock: time,
    start: async (kinds, options = {}) => process(kinds, options, heldLog(await open())),
    async usurp(kinds, options = {}, alike) {
      const lease = new AbortController();
      const nothing = { [Symbol.asyncDispose]: async () => {} };
      const log = await open();
      const own = {
        claim: async () => ({
          epoch: alike === undefined ? ++epochs : 1,
          lost: lease.signal,
          ...nothing,
        }),
        commands: { ...log.commands, serve: async () => nothing },
      };
      return { ...(await process(kinds, options, heldLog(log, own))), lose: () => lease.abort() };
    },
    open,
    async kill({ log }) {
      await log.kill();
      await settle();
    },
    settle,
    async pass(ms) {
      const until = time.now() + ms;
      await settle();
      for (let due = time.next(until); due !== undefined; due = time.next(until)) {
        await time.pass(due - time.now());
        await settle();
      }
      await time.pass(until - time.now());
      await settle();
    },
    records,
    types: async (address) => (await records(address)).map(({ type }) => type),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
