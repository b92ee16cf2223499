/**
 * A log that a test has in its hand: appends can be held before they are written or before they
 * are answered, can fail, and a whole process can die. What is under way is counted, so that
 * a test waits for quiet instead of for time.
 */
import type { EventLog, NewRecord } from "../../src/events/log/log.ts";

interface Append {
  readonly stream: string;
  readonly records: readonly NewRecord[];
}
type Fault = (append: Append, write: () => Promise<number>) => Promise<number>;

export interface HeldLog extends EventLog {
  /** Appends from now on wait, before they are written (`"write"`) or before they are answered (`"answer"`). */
  hold(at: "write" | "answer", only?: (append: Append) => boolean): void;
  /** Lets go what is held. */
  release(): void;
  /** The next append that fits goes through this instead. */
  meddle(fault: Fault, only?: (append: Append) => boolean): void;
  /** Nothing of this handle is heard any more, as of a process that was killed; others may claim. */
  kill(): Promise<void>;
  /** Operations under way that are not held. */
  readonly busy: number;
  readonly appends: readonly Append[];
  readonly dead: boolean;
}

/** @param own what it does in another way than the log beneath. */
export function heldLog(log: EventLog, own: Partial<EventLog> = {}): HeldLog {
  const appends: Append[] = [];
  const faults: { readonly fault: Fault; readonly only: (append: Append) => boolean }[] = [];
  let holding:
    | { readonly at: "write" | "answer"; readonly only: (append: Append) => boolean }
    | undefined;
  let gate = Promise.withResolvers<void>();
  let busy = 0;
  let dead = false;
  const unheard = new Promise<never>(() => {});

  async function counted<T>(work: () => Promise<T>): Promise<T> {
    if (dead) return unheard;
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
      if (dead) await unheard;
    }
  }
  async function held(at: "write" | "answer", append: Append): Promise<void> {
    if (holding?.at !== at || !holding.only(append)) return;
    busy -= 1;
    await gate.promise;
    busy += 1;
    if (dead) await unheard;
  }
  /** Counted while the next one is fetched, not while it is looked at. */
  async function* stepwise<T>(items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (let next = await counted(() => iterator.next()); next.done !== true;) {
        yield next.value;
        next = await counted(() => iterator.next());
      }
    } finally {
      await iterator.return?.();
    }
  }
  const takeFault = (append: Append): Fault | undefined => {
    const index = faults.findIndex(({ only }) => only(append));
    return index === -1 ? undefined : faults.splice(index, 1)[0]?.fault;
  };

  return {
    ...log,
    scan: (options) => stepwise(log.scan(options)),
    tip: (stream) => counted(() => log.tip(stream)),
    snapshots: {
      get: (stream) => counted(() => log.snapshots.get(stream)),
      put: (stream, snapshot) => counted(() => log.snapshots.put(stream, snapshot)),
    },
    commands: {
      request: (command, options) => log.commands.request(command, options),
      async serve(handle) {
        const served = await counted(() => log.commands.serve(handle));
        return { [Symbol.asyncDispose]: () => counted(async () => served[Symbol.asyncDispose]()) };
      },
    },
    ...own,
    append: (stream, records, options) =>
      counted(async () => {
        const append = { stream, records };
        appends.push(append);
        const write = (): Promise<number> => log.append(stream, records, options);
        await held("write", append);
        const fault = takeFault(append);
        const seq = await (fault === undefined ? write() : fault(append, write));
        await held("answer", append);
        return seq;
      }),
    async *read(stream, range) {
      for (const record of await counted(() => Array.fromAsync(log.read(stream, range)))) yield record;
    },
    hold(at, only = () => true) {
      gate = Promise.withResolvers();
      holding = { at, only };
    },
    release() {
      holding = undefined;
      gate.resolve();
    },
    meddle: (fault, only = () => true) => void faults.push({ fault, only }),
    async kill() {
      dead = true;
      await log[Symbol.asyncDispose]();
    },
    get busy() {
      return dead ? 0 : busy;
    },
    get dead() {
      return dead;
    },
    appends,
  };
}
