/**
 * Owning a log: the claim, the runner, the projections, and their end in the right order.
 *
 * Projections are folded ahead while the host runs, and when it closes, so that whoever opens
 * the log next has little to read. That is a courtesy: it takes a small part of the time, and
 * its faults are only told.
 */
import { hostname } from "node:os";
import { TroupeError } from "../errors.ts";
import type { EventLog, Ownership } from "../events/log/log.ts";
import type { Projections } from "../projections/face.ts";
import { openProjections } from "../projections/runner.ts";
import { systemClock } from "./clock.ts";
import type { Kinds } from "./kind.ts";
import { harmless } from "./harmless.ts";
import { hostFailed } from "./parking.ts";
import { stockOf } from "./recover.ts";
import { createRunner, type Runner, type RunnerOptions } from "./runner.ts";
import type { Runtime } from "./runtime.ts";

/** How often a running host folds ahead, and how many records at most: so many take some seconds. */
const AHEAD_EVERY_MS = 60_000;
const AHEAD_RECORDS = 100_000;
/** How many it folds at most before it gives the log back: so many take about a second. */
const LAST_RECORDS = 30_000;

/** What it makes itself, or has no default. */
type Own = "log" | "kinds" | "epoch" | "projections";

/** What may be said of how actors are run; what is left out takes its default. */
export type RunOptions = {
  readonly [Key in Exclude<keyof RunnerOptions, Own>]?: RunnerOptions[Key] | undefined;
};

export type OwnOptions = RunOptions & {
  readonly log: EventLog;
  readonly kinds: Kinds;
  readonly recover?: boolean | undefined;
};

const DEFAULTS: Omit<RunnerOptions, Own> = {
  clock: systemClock,
  strict: process.env["NODE_ENV"] !== "production",
  mailboxLimit: 1000,
  snapshotEvery: 200,
  checkpointEvery: 2048,
  idleMs: 60_000,
  loadedLimit: 10_000,
  activities: true,
  labels: [],
  warn: () => {},
  at: () => {},
  progressed: () => {},
};

export interface Owned extends AsyncDisposable {
  readonly runner: Runner;
  readonly projections: Projections;
}

/**
 * Claims a log and takes over what is open in it.
 *
 * @throws {@link TroupeError} `LOG_OWNED` while another owner lives; `HOST_FAILED` if the
 * log gives out during the take-over.
 */
export async function ownLog(options: OwnOptions): Promise<Owned> {
  const { log, kinds, recover = true } = options;
  await using cleanup = new AsyncDisposableStack();
  const ownership = cleanup.use(await log.claim({ owner: `host ${process.pid} on ${hostname()}` }));
  const settings = settingsOf(options);
  const { warn } = settings;
  const projections = cleanup.use(openProjections({ log, warn }));
  const { epoch } = ownership;
  const runner = createRunner({ ...settings, log, kinds, epoch, projections });
  failWhenLost(runner, ownership, leaseLost(log.url));
  cleanup.defer(() =>
    runner.failed.aborted ? undefined : ahead(runner.runtime, projections, LAST_RECORDS),
  );
  cleanup.defer(() => runner.close());
  await runner.recover(recover, stockOf(projections, log.partitions));
  if (runner.failed.aborted) throw hostFailed(runner.failed.reason);
  cleanup.defer(keepUp(runner.runtime, projections));
  const kept = cleanup.move();
  return { runner, projections, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A runner whose log, or partition, is no longer its own stops; the log would refuse what it appends. */
export function failWhenLost({ runtime }: Runner, { lost }: Ownership, why: TroupeError): void {
  const lose = (): void => runtime.fail(why);
  lost.addEventListener("abort", lose, { once: true });
  if (lost.aborted) lose();
}

/** What is given, and the defaults; talk that throws harms nobody. */
export function settingsOf(options: RunOptions): typeof DEFAULTS {
  const settings = { ...DEFAULTS, ...given(options) };
  return { ...settings, warn: harmless(settings.warn, () => {}) };
}

/** Folds ahead now and then; returns what ends it. */
export function keepUp(rt: Pick<Runtime, "clock" | "warn">, projections: Projections): () => void {
  if (!projections.kept) return () => {};
  const again = (): (() => void) =>
    rt.clock.after(AHEAD_EVERY_MS, () => {
      void ahead(rt, projections, AHEAD_RECORDS);
      cancel = again();
    });
  let cancel = again();
  return () => cancel();
}

/** Never rejects: what is not folded now is folded by the next. */
async function ahead(
  { warn }: Pick<Runtime, "warn">,
  projections: Projections,
  records: number,
): Promise<void> {
  try {
    if (projections.kept) await projections.catchUp(records);
  } catch (error) {
    warn("the projections could not be folded ahead", { error });
  }
}

function leaseLost(url: string): TroupeError {
  return new TroupeError("LOG_LEASE_LOST", `this host no longer owns ${url}`, {
    hint: "Open a new host: it goes on once the log is free.",
  });
}

/** What is really given: an option that is `undefined` takes its default. */
function given(options: RunOptions): Partial<typeof DEFAULTS> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
