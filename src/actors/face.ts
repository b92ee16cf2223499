/**
 * The face of hosts and clients: addresses in, typed handles out. Types flow from the kinds;
 * the few casts stand here, where the machine's own types are given back to the user.
 */
import type { EmittedFrom, Snapshot, SnapshotFrom } from "xstate";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { RecordedEvent } from "../events/record.ts";
import { BUILT_IN } from "../projections/built-in.ts";
import type { Projection, StepRecord } from "../projections/projection.ts";
import type { KeyedRow, Projections } from "../projections/face.ts";
import type { Commander } from "./commands.ts";
import { forkId } from "./fork/begun.ts";
import { requestOf, type Forked, type ForkOptions } from "./fork/request.ts";
import type { ActorHandle, Fact, WaitOptions } from "./handle.ts";
import { kindNamed, type AnyKind, type KindInput } from "./kind.ts";
import type { LoadEnv } from "./load.ts";
import {
  readLatest,
  readRecord,
  readRecords,
  readState,
  type ActorRecord,
  type LatestOptions,
  type RecordsOptions,
} from "./reads.ts";
import type { Parked } from "./runtime.ts";
import type { FactFilter, FactListener } from "./waits.ts";

/** The addresses of some kinds. */
export type AddressOf<TKinds extends readonly AnyKind[]> = `${TKinds[number]["kind"]}/${string}`;

/** The kind that an address names; a kind whose name is not known to the types fits any. */
export type KindAt<
  TKinds extends readonly AnyKind[],
  TAddress extends string,
> = TAddress extends `${infer TName}/${string}` ? Named<TKinds[number], TName> : never;

/** Of some kinds, those that may have a name. */
export type Named<TKind extends AnyKind, TName extends string> = TKind extends AnyKind
  ? TName extends TKind["kind"]
    ? TKind
    : never
  : never;

/** What every start may say, whatever the kind. */
export interface StartShared {
  /** Id that all records of the undertaking share. Default: the run's id. */
  readonly correlation?: string;
  /** W3C `traceparent`. */
  readonly trace?: string;
}

/** `input` is needed exactly where the machine needs one. */
export type StartOptions<TKind extends AnyKind> =
  undefined extends KindInput<TKind>
    ? StartShared & { readonly input?: KindInput<TKind> }
    : StartShared & { readonly input: KindInput<TKind> };

/** Left out where everything in it may be. */
export type StartArguments<TKind extends AnyKind> =
  undefined extends KindInput<TKind> ? [options?: StartOptions<TKind>] : [options: StartOptions<TKind>];

/** What hosts and clients offer alike. */
export interface Actors<TKinds extends readonly AnyKind[]> {
  /** For the compiler alone, never set: what needs some kinds takes no host or client without them. */
  readonly "~kinds"?: (kind: TKinds[number]["kind"]) => void;

  /**
   * Starts a root actor; resolves when it is on disk. The same address and input again give the
   * same actor.
   *
   * @throws {@link TroupeError} `ACTOR_EXISTS` with another input, `INPUT_INVALID`, `KIND_UNKNOWN`, `ADDRESS_INVALID`.
   */
  start<TAddress extends AddressOf<TKinds>>(
    address: TAddress,
    ...options: StartArguments<KindAt<TKinds, TAddress>>
  ): Promise<ActorHandle<KindAt<TKinds, TAddress>>>;

  /** The handle of an actor, whether it exists or not; nothing is sent or loaded. */
  actor<TAddress extends AddressOf<TKinds>>(address: TAddress): ActorHandle<KindAt<TKinds, TAddress>>;

  /** The state as of record `at` (default: the last); no effect runs. */
  read<TAddress extends AddressOf<TKinds>>(
    address: TAddress,
    options?: { readonly at?: number },
  ): Promise<SnapshotFrom<KindAt<TKinds, TAddress>["machine"]>>;

  /** The history, then the live tail, until the signal aborts; with `live: false` the history alone. */
  records(options?: RecordsOptions): AsyncIterable<ActorRecord>;

  /**
   * The records of one actor, the latest first; read as they are asked for, so that a page of a
   * long history costs no more than the page.
   */
  latest(address: string, options?: LatestOptions): AsyncIterable<StepRecord>;

  /** One record of an actor; undefined where it has none of this number. */
  record(address: string, seq: number): Promise<StepRecord | undefined>;

  /**
   * The rows of one of the projections that every log has, as of now: all, or the one of a key.
   *
   * @throws {@link TroupeError} `USAGE` for another projection.
   */
  rows<TRow>(projection: Projection<TRow>, key?: string): Promise<readonly KeyedRow<TRow>[]>;

  /**
   * Listens to what machines emit from now on, whichever actors they are, once it is on disk. Live
   * only: what a host emitted while nobody listened stands in the records.
   *
   * @param failed called once where nothing more is heard: the log is out of reach, or host or
   * client are closed. Not after the end was called.
   * @returns once it listens; what ends it.
   * @throws {@link TroupeError} `HOST_CLOSED`, `HOST_FAILED`.
   */
  facts(
    filter: FactFilter,
    listener: (fact: Fact, address: string) => void,
    failed?: (error: unknown) => void,
  ): Promise<() => void>;

  /** Actors that cannot be loaded or moved, each with the record that is to blame. */
  parked(): Promise<readonly Parked[]>;
  /** Tries a parked actor again now; what it answers still parks it. */
  unpark(address: string): Promise<Parked | undefined>;
  /**
   * Leaves a record out of a parked actor's history, by a record of its own.
   *
   * @param options.expected the actor's last seq as you saw it: `LOG_WRONG_SEQUENCE` if it moved.
   */
  skip(address: string, seq: number, options: { readonly expected: number }): Promise<number>;

  /**
   * Starts a new run from a cut of another one: all its actors as they were there, with the same
   * recorded answers, and whatever `set` and `replace` change. Nothing before the cut runs again,
   * no actor outside the run hears anything of what was sent before it, and the original stays as it is.
   * The same fork with the same `id` again goes on where it stopped, or answers the same.
   *
   * @throws {@link TroupeError} `RUN_NOT_FOUND`, `RUN_EXISTS`, `POSITION_UNKNOWN`; `REPLAY_DIVERGED` or
   * `KIND_UNKNOWN` where the original does not replay here; `FORK_DIVERGED` where it depends on
   * its own address; `ACTOR_NOT_FOUND`, `INPUT_INVALID`, `RECORD_INVALID`, `RESULT_INVALID`, `EVENT_INVALID`,
   * `EVENT_REFUSED` where something cannot be changed so. Then nothing is written.
   */
  fork(run: string, options?: ForkOptions): Promise<Forked>;
}

/** What a face stands on. */
export interface FaceParts {
  readonly env: LoadEnv;
  readonly commands: Commander;
  readonly projections: Projections;
  readonly watch: (address: string, look: () => void) => () => void;
  readonly listen: (address: string, listener: (event: RecordedEvent) => void) => () => void;
  readonly listenAll: (
    filter: FactFilter,
    listener: FactListener,
    failed: (error: unknown) => void,
  ) => Promise<() => void>;
  /** The live state, where the actor is in memory. */
  readonly seen: (address: string) => Snapshot<unknown> | undefined;
  /** The state as of its last record, from the log. @throws as {@link readState}. */
  readonly state: (address: string) => Promise<Snapshot<unknown>>;
  /** Why waiting for an actor makes no sense any more. */
  readonly trouble: (address: string) => TroupeError | undefined;
  readonly after: (ms: number, call: () => void) => () => void;
}

export function actorsFace<TKinds extends readonly AnyKind[]>(parts: FaceParts): Actors<TKinds> {
  const { commands, env } = parts;
  const actor = <TKind extends AnyKind>(address: string): ActorHandle<TKind> => {
    kindNamed(env.kinds, parseAddress(address).kind);
    return handle<TKind>(parts, address);
  };
  return {
    async start<TAddress extends AddressOf<TKinds>>(
      address: TAddress,
      ...[options]: StartArguments<KindAt<TKinds, TAddress>>
    ) {
      await commands.start(address, options?.input, {
        correlation: options?.correlation,
        trace: options?.trace,
      });
      return actor<KindAt<TKinds, TAddress>>(address);
    },
    actor,
    async read<TAddress extends AddressOf<TKinds>>(
      address: TAddress,
      { at }: { readonly at?: number } = {},
    ) {
      return (await readState(env, address, at)) as SnapshotFrom<KindAt<TKinds, TAddress>["machine"]>; // the kind's own machine made it
    },
    records: (options) => readRecords(env, options),
    latest: (address, options) => readLatest(env, address, options),
    record: (address, seq) => readRecord(env, address, seq),
    rows: (projection, key) => rowsOf(parts.projections, projection, key),
    facts: (filter, listener, failed = () => {}) => parts.listenAll(filter, listener, failed),
    parked: () => commands.parked(),
    unpark: (address) => commands.unpark(address),
    skip: (address, seq, options) => commands.skip(address, seq, options),
    async fork(run, { id, ...options } = {}) {
      const request = requestOf(run, options);
      return commands.fork(id ?? (await forkId(env.log, env.log, request)), request);
    },
  };
}

async function rowsOf<TRow>(
  projections: Projections,
  projection: Projection<TRow>,
  key: string | undefined,
): Promise<readonly KeyedRow<TRow>[]> {
  if (!BUILT_IN.some(({ name }) => name === projection.name))
    throw new TroupeError("USAGE", `this log has no projection "${projection.name}"`, {
      hint: `Ask for one of: ${BUILT_IN.map(({ name }) => name).join(", ")}.`,
    });
  if (key === undefined) return projections.rows(projection);
  const found = await projections.row(projection, key);
  return found === undefined ? [] : [found];
}

function handle<TKind extends AnyKind>(parts: FaceParts, address: string): ActorHandle<TKind> {
  type View = SnapshotFrom<TKind["machine"]>;
  const view = (snapshot: Snapshot<unknown>): View => snapshot as View; // the kind's own machine made it
  return {
    address,
    send: (event, options = {}) => parts.commands.send(address, event, options),
    stop: async (options = {}) => ({ seq: await parts.commands.stop(address, options) }),
    snapshot: async () => view(parts.seen(address) ?? (await parts.state(address))),
    waitFor: async (predicate, options = {}) =>
      view(await waitFor(parts, address, (snapshot) => predicate(view(snapshot)), options)),
    on: (type, listener) =>
      parts.listen(address, (event) => {
        const emitted: unknown = parts.env.stepper.decode(event);
        if (type === "*" || event.type === type) listener(emitted as EmittedFrom<TKind["machine"]>); // it emitted it
      }),
  };
}

function waitFor(
  parts: FaceParts,
  address: string,
  predicate: (snapshot: Snapshot<unknown>) => boolean,
  { timeoutMs, signal }: WaitOptions,
): Promise<Snapshot<unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Snapshot<unknown>>();
  const check = (snapshot: Snapshot<unknown> | undefined): void => {
    try {
      const trouble = parts.trouble(address);
      if (trouble !== undefined) reject(trouble);
      else if (snapshot !== undefined && predicate(snapshot)) resolve(snapshot);
    } catch (error) {
      reject(error);
    }
  };
  const unwatch = parts.watch(address, () => check(parts.seen(address)));
  const cancel =
    timeoutMs === undefined
      ? undefined
      : parts.after(timeoutMs, () => reject(late(address, timeoutMs)));
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  const now = parts.seen(address);
  if (now !== undefined) check(now);
  else
    parts.state(address).then(
      (snapshot) => check(parts.seen(address) ?? snapshot),
      (error: unknown) => reject(parts.trouble(address) ?? error),
    );
  return promise.finally(() => {
    unwatch();
    cancel?.();
    signal?.removeEventListener("abort", abort);
  });
}

function late(address: string, timeoutMs: number): TroupeError {
  return new TroupeError("WAIT_TIMEOUT", `"${address}" did not get there within ${timeoutMs} ms`, {
    hint: "Wait longer, or look at what it does with `troupe show`.",
    data: { address, timeoutMs },
  });
}
