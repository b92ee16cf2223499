/**
 * What an engine's test hands to the log contract, and the small words the contract's
 * tests are written in.
 */
import { TroupeError, type ErrorCode } from "../../src/errors.ts";
import type { EventLog, LogOptions, NewRecord, Recorded, Scanned } from "../../src/events/log/log.ts";

/** One engine under test. */
export interface LogFixture {
  /** A fresh, empty storage; another one at each call. */
  storage(): Promise<LogStorage>;
  /** How many cases each property tries: few where a commit costs milliseconds. */
  readonly runs: number;
}

/** One place where a log lies. Disposing it removes it, after all its handles were disposed. */
export interface LogStorage extends AsyncDisposable {
  /** One more handle on the same log, as another process would have it. */
  open(options?: LogOptions): Promise<EventLog>;
  /** How many bodies the storage holds apart from their records (L8). */
  countPayloads(): Promise<number>;
  /**
   * Leaves a body stored apart that no record refers to, as a failed append does, or what an
   * archive took away. `log` must store it apart.
   */
  leavePayload(log: EventLog, body: NewRecord["body"]): Promise<void>;
  /** Lets time pass, as the engine sees it. */
  later(ms: number): Promise<void>;
  /**
   * Leaves an owner behind that died without giving back (kill -9) and that the engine has
   * had the time to notice. Or the reason why this engine cannot show it.
   */
  readonly deadOwner: ((owner: string) => Promise<void>) | string;
}

/** A record that says nothing but its id. */
export function record(id: string, body: NewRecord["body"] = { id }): NewRecord {
  return { id, type: "thing.happened", at: 1_700_000_000_000, correlation: "c1", body };
}

/** The ids of a stream as they stand in the log. */
export async function idsOf(log: EventLog, stream: string): Promise<string[]> {
  return (await Array.fromAsync(log.read(stream))).map(({ id }) => id);
}

/** `stream#seq` of each record, in order. */
export function placesOf(records: readonly Recorded[]): string[] {
  return records.map(({ stream, seq }) => `${stream}#${seq}`);
}

/** The first records of a scan; leaves it then. */
export async function take(records: AsyncIterable<Scanned>, count: number): Promise<Scanned[]> {
  const taken: Scanned[] = [];
  for await (const scanned of records) if (taken.push(scanned) === count) break;
  return taken;
}

/** Expects a expectRejection with this code, and gives the error back for a closer look. */
export async function expectRejection(
  promise: Promise<unknown>,
  code: ErrorCode,
): Promise<TroupeError> {
  const error: unknown = await promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}, expected ${code}`),
    (reason: unknown) => reason,
  );
  if (!TroupeError.is(error, code)) throw error;
  return error;
}

/** A storage with the handles opened on it; disposing it closes all of them, then the storage. */
export interface Bench extends AsyncDisposable {
  readonly storage: LogStorage;
  open(options?: LogOptions): Promise<EventLog>;
}

/** Opens a fresh storage for one test: `await using bench = await benchOf(fixture)`. */
export async function benchOf(fixture: LogFixture): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const storage = stack.use(await fixture.storage());
  return {
    storage,
    open: async (options) => stack.use(await storage.open(options)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
