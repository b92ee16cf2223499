/**
 * The host: what users embed. It owns a log, runs the actors of its kinds, and goes on with
 * everything that a former owner left open.
 *
 *     await using host = await createHost({ log: "sqlite:orders.db", kinds: [order] });
 *     const o1 = await host.start("order/o-1", { input: { total: 40 } });
 *     await o1.send({ type: "PAY" }, { id: "cmd-1" });
 */
import { hostname } from "node:os";
import { TroupeError } from "../errors.ts";
import { openLog } from "../events/log/open.ts";
import type { EventLog, LogOptions } from "../events/log/log.ts";
import { systemClock, type Clock } from "./clock.ts";
import { answer, commander, type Commander } from "./commands.ts";
import { actorsFace, type Actors } from "./face.ts";
import { assertHostOptions } from "./host-options.ts";
import { kindsByName, versionsOf, type AnyKind } from "./kind.ts";
import { ownLog, type Owned } from "./own.ts";
import { hostFailed, parkedError } from "./parking.ts";
import { sharedHost, type PlacementView } from "./placement/shared-host.ts";
import { readState } from "./reads.ts";
import type { CrashPoint, Progress } from "./runtime.ts";
import type { StandIns } from "./stand-ins.ts";

export interface HostOptions<TKinds extends readonly AnyKind[]> {
  /** A log's URL (`memory:`, `sqlite:PATH`, `nats://HOST:PORT/NAME?…`), or an open log, which stays open. Default `sqlite:.troupe/log.db`. */
  readonly log?: string | EventLog;
  readonly kinds: TKinds;
  /** For a log given as URL. */
  readonly logOptions?: LogOptions;
  /** Commands and messages that may wait for one actor. Default 1000. */
  readonly mailboxLimit?: number;
  /** Records between two snapshots of an actor. Default 200. */
  readonly snapshotEvery?: number;
  /** Records after which an actor's whole state is written into the log, so that a load starts there; at least 2. Default 2048; a large state makes it more. */
  readonly checkpointEvery?: number;
  /** Idle time after which an actor leaves the memory, ms. Default 60,000. */
  readonly idleMs?: number;
  /** Actors in memory; where there are more, those that have been idle longest leave it. Default 10,000. */
  readonly loadedLimit?: number;
  /** Steps twice and freezes contexts, to find impure machines. Default: unless `NODE_ENV` is `production`. */
  readonly strict?: boolean;
  /** Whether open actors go on at once (default), or only those that are asked for something. */
  readonly recover?: boolean;
  readonly clock?: Clock;
  /**
   * Stands, before the owner's epoch, in the id of every record that this host writes, so that a
   * test's log comes out the same each time. Default: random, as it should be for a log that may
   * be restored from a copy: what is kept beside a log knows it again by these ids.
   */
  readonly writer?: string;
  /** Where the host's talk goes: dead letters, parked actors, `log()` actions. Default: nowhere. */
  readonly warn?: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Called at named points, for crash drills: a throw or a kill there must lose nothing. */
  readonly at?: (point: CrashPoint, address: string) => void;
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Whether this host shares the log with others, each with its part of the partitions. Default:
   * where the log can (`nats://`). False: it owns the whole log, or is refused.
   */
  readonly shared?: boolean;
  /** What others on the same log know it by; for people. Default: host name and process id. */
  readonly name?: string;
  /** What only this host and others with the same label can do: activities that ask for a label run there. */
  readonly labels?: readonly string[];
}

export interface Host<TKinds extends readonly AnyKind[]> extends Actors<TKinds>, AsyncDisposable {
  /** Aborts, with the error as its reason, when the host cannot go on (disk full, log lost). */
  readonly failed: AbortSignal;
  /** Its place among the hosts of the log; a host that owns the whole log has all partitions. */
  readonly placement: () => PlacementView;
}

/**
 * Opens a host: claims the log, or its part of it, then takes over what is open there.
 *
 * @throws {@link TroupeError} `LOG_OWNED` while another host owns the whole log (use {@link connect}),
 * `KIND_DUPLICATE`, `USAGE` for an option with a value that it cannot have, and what opening a
 * log throws.
 */
export async function createHost<const TKinds extends readonly AnyKind[]>(
  options: HostOptions<TKinds>,
): Promise<Host<TKinds>> {
  return openHost(options);
}

/** The same, with what stands in for the world: for simulations. */
export async function openHost<const TKinds extends readonly AnyKind[]>(
  options: HostOptions<TKinds> & { readonly standIns?: StandIns | undefined },
): Promise<Host<TKinds>> {
  assertHostOptions(options);
  const { log: given, kinds: list, logOptions, onProgress: progressed, shared, ...rest } = options;
  await using cleanup = new AsyncDisposableStack();
  const log = typeof given === "object" ? given : cleanup.use(await openLog(given, logOptions));
  const kinds = kindsByName(list);
  const { name = `${hostname()}:${process.pid}`, labels = [], recover = true, ...run } = rest;
  if (shared !== false && log.members !== undefined) {
    const { members } = log;
    const host = cleanup.use(
      await sharedHost<TKinds>({ ...run, log, members, kinds, progressed, name, labels, recover }),
    );
    const kept = cleanup.move();
    return { ...host, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }
  if (shared === true) throw unshareable(log.url);
  const owned = cleanup.use(await ownLog({ ...run, log, kinds, recover, progressed, labels }));
  const commands = commander(owned.runner);
  cleanup.use(await log.commands.serve((command) => answer(commands, command)));
  const view: PlacementView = {
    id: `${process.pid}`,
    name,
    labels,
    since: (run.clock ?? systemClock).now(),
    kinds: versionsOf(kinds),
    refuses: [],
    partitions: Array.from({ length: log.partitions }, (_, p) => p),
  };
  return hostOf<TKinds>(owned, { commands, view }, cleanup.move());
}

function unshareable(url: string): TroupeError {
  return new TroupeError("USAGE", `only one host at a time can be on ${url}`, {
    hint: "Leave `shared` out, or use a log on NATS.",
    data: { url },
  });
}

function hostOf<TKinds extends readonly AnyKind[]>(
  { runner, projections }: Owned,
  { commands, view }: { readonly commands: Commander; readonly view: PlacementView },
  cleanup: AsyncDisposableStack,
): Host<TKinds> {
  const over = (): TroupeError | undefined => {
    if (runner.failed.aborted) return hostFailed(runner.failed.reason);
    if (runner.runtime.running()) return undefined;
    return new TroupeError("HOST_CLOSED", "the host is closed", { hint: "Open a new host." });
  };
  const face = actorsFace<TKinds>({
    env: runner.runtime,
    commands,
    projections,
    watch: (address, look) => runner.watchers.watch(address, look),
    listen: (address, listener) => runner.watchers.listen(address, listener),
    async listenAll(filter, listener, failed) {
      const why = over();
      if (why !== undefined) throw why;
      return runner.watchers.listenAll(filter, listener, failed);
    },
    state: (address) => readState(runner.runtime, address),
    seen: (address) => runner.actors.get(address)?.seen?.snapshot,
    trouble: (address) => {
      const parked = runner.parked.get(address);
      return over() ?? (parked && parkedError(parked));
    },
    after: (ms, call) => runner.runtime.clock.after(ms, call),
  });
  return {
    ...face,
    failed: runner.failed,
    placement: () => view,
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}
