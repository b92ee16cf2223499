/**
 * A place: one partition that this host owns, and the runner of its actors.
 *
 * - L2, A4. Its lease only spares work: who lost it without knowing loses its next append.
 * - A5. Who lacks a kind or a version that is open in it gives it back untouched.
 */
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import type { Command, EventLog } from "../../events/log/log.ts";
import { answer, commander, type Commander } from "../commands.ts";
import { failWhenLost } from "../own.ts";
import { hostFailed } from "../parking.ts";
import { assertKinds } from "../recover.ts";
import { createRunner, type Runner, type RunnerOptions } from "../runner.ts";
import type { Lack } from "./refusals.ts";
import { partitionStock, type PartitionStock } from "./stock.ts";

/** How often a checkpoint is left for the next owner, ms, and of how many new records at least. */
const SAVE_EVERY_MS = 30_000;
const SAVE_LEAST = 1_000;

export interface Place extends AsyncDisposable {
  readonly partition: number;
  readonly runner: Runner;
  readonly commands: Commander;
  /** Epoch ms. */
  readonly since: number;
  /** Aborts when it is given back, or lost. */
  readonly gone: AbortSignal;
  /** What some work in it comes to; rejects with `HOST_CLOSED` once it is gone. */
  unlessGone<T>(work: Promise<T>): Promise<T>;
}

export interface PlaceOptions extends Omit<RunnerOptions, "epoch"> {
  readonly log: EventLog;
  readonly partition: number;
  /** The id of the host. */
  readonly owner: string;
  /** Its name, for people. */
  readonly name: string;
  /** Whether all that is open goes on, or only what is asked for. */
  readonly recover: boolean;
  /** Says whether another host takes the partition, for whose actors this one lacks something. */
  readonly isLeftFor: (lack: Lack) => Promise<boolean>;
}

/**
 * Claims a partition and goes on with what is open in it.
 *
 * @throws {@link TroupeError} `LOG_OWNED`; `KIND_UNKNOWN`, `KIND_NEWER`; what the log throws.
 */
export async function takePlace(options: PlaceOptions): Promise<Place> {
  const { log, partition, owner, recover, kinds, clock } = options;
  await using cleanup = new AsyncDisposableStack();
  const ownership = cleanup.use(await log.claim({ owner, partition }));
  const stock = await partitionStock(log, partition);
  if (recover) assertKinds(await stock.open(), kinds);
  const { epoch } = ownership;
  const runner = createRunner({ ...options, epoch, ...writerIn(options) });
  failWhenLost(runner, ownership, leaseLost(log.url));
  cleanup.defer(() => (runner.failed.aborted ? undefined : saved(stock, options)));
  cleanup.defer(() => runner.close());
  await runner.recover(recover, stock);
  if (runner.failed.aborted) throw hostFailed(runner.failed.reason);
  cleanup.defer(keepSaving(runner, stock, options));
  const commands = unlessNewer(commander(runner), options);
  cleanup.use(
    await log.commands.serve(
      (command) => unlessLeft(() => withKind(options, command, () => answer(commands, command))),
      { partition },
    ),
  );
  const kept = cleanup.move();
  const over = new AbortController();
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => {}); // nobody need wait for it
  return {
    partition,
    runner,
    commands,
    since: clock.now(),
    gone: over.signal,
    unlessGone: (work) => Promise.race([work, gone.promise]),
    async [Symbol.asyncDispose]() {
      over.abort();
      await kept.disposeAsync().finally(() => gone.reject(givenAway()));
    },
  };
}

/** Each partition counts its epochs by itself, so they tell nobody apart who writes in several. */
function writerIn({ writer, partition }: PlaceOptions): Pick<RunnerOptions, "writer"> {
  return writer === undefined ? {} : { writer: `${writer}-${partition}` };
}

function leaseLost(url: string): TroupeError {
  return new TroupeError("LOG_LEASE_LOST", `this host no longer owns a partition of ${url}`, {
    hint: "Nothing need be done: another host takes it over, or this one again.",
  });
}

/** Whether an actor's host has gone away, so that the next one is to be asked. */
export function isGone(error: unknown): boolean {
  return TroupeError.is(error, "HOST_CLOSED") || TroupeError.is(error, "HOST_FAILED");
}

/** Whether the host lacks what is open in the partition. */
export function isKindLacking(error: unknown): error is TroupeError {
  return TroupeError.is(error, "KIND_UNKNOWN") || TroupeError.is(error, "KIND_NEWER");
}

/** Another host is to be asked, once this one has given the partition away. */
async function unlessLeft<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isGone(error) ? new TroupeError("LOG_UNOWNED", givenAway().message) : error;
  }
}

/** A kind that this host lacks, another may have: while programs are replaced they differ. */
async function withKind<T>(
  { name, isLeftFor }: PlaceOptions,
  { address }: Command,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!TroupeError.is(error, "KIND_UNKNOWN")) throw error;
    const { kind: lacking } = error.data; // not always the actor's own: a fork needs those of a whole run
    const kind = typeof lacking === "string" ? lacking : parseAddress(address).kind;
    if (await isLeftFor({ kind })) throw givenAway();
    throw new TroupeError(
      "KIND_UNKNOWN",
      `the host "${name}", which runs "${address}", has no kind "${kind}"`,
      {
        hint: "Give all hosts of a log the same kinds: a new one to all of them before it is used.",
        data: { ...error.data, host: name },
      },
    );
  }
}

/** What a later version has moved goes on at a host that has it: where it owes nothing, the claim did not show it. */
function unlessNewer(commands: Commander, { kinds, isLeftFor }: PlaceOptions): Commander {
  const by = async <T>(address: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const { kind } = parseAddress(address);
      const laterThan = kinds.get(kind)?.version;
      if (laterThan === undefined || !isParkedAsNewer(error)) throw error;
      throw (await isLeftFor({ kind, laterThan })) ? givenAway() : error;
    }
  };
  return {
    ...commands,
    start: (address, ...rest) => by(address, commands.start(address, ...rest)),
    send: (address, ...rest) => by(address, commands.send(address, ...rest)),
    stop: (address, ...rest) => by(address, commands.stop(address, ...rest)),
    deliver: (address, ...rest) => by(address, commands.deliver(address, ...rest)),
  };
}

function isParkedAsNewer(error: unknown): boolean {
  return TroupeError.is(error, "ACTOR_PARKED") && Object(error.data["parked"]).code === "KIND_NEWER";
}

function givenAway(): TroupeError {
  return new TroupeError("HOST_CLOSED", "this host gave the partition away", {
    hint: "Send the same command again: it acts once.",
  });
}

/** Leaves checkpoints now and then; returns what ends it. */
function keepSaving(runner: Runner, stock: PartitionStock, options: PlaceOptions): () => void {
  const again = (): (() => void) =>
    options.clock.after(SAVE_EVERY_MS, () => {
      if (runner.failed.aborted) return;
      void saved(stock, options, SAVE_LEAST).then(() => {
        if (!ended) cancel = again();
      });
    });
  let ended = false;
  let cancel = again();
  return () => {
    ended = true;
    cancel();
  };
}

/** Never rejects: the next owner reads more without it. */
async function saved(
  stock: PartitionStock,
  { warn, partition }: PlaceOptions,
  least?: number,
): Promise<void> {
  try {
    await stock.save(least === undefined ? {} : { least });
  } catch (error) {
    warn("no checkpoint could be left of a partition", { partition, error });
  }
}
