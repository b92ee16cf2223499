/** Owning a log: the claim, the runner, and their end in the right order. */
import { hostname } from "node:os";
import { TroupeError } from "../errors.ts";
import type { EventLog } from "../events/log/log.ts";
import { systemClock } from "./clock.ts";
import type { Kinds } from "./kind.ts";
import { hostFailed } from "./parking.ts";
import { createRunner, type Runner, type RunnerOptions } from "./runner.ts";

export type OwnOptions = {
  readonly log: EventLog;
  readonly kinds: Kinds;
  readonly recover?: boolean | undefined;
} & {
  readonly [Key in Exclude<keyof RunnerOptions, "log" | "kinds" | "epoch">]?:
    | RunnerOptions[Key]
    | undefined;
};

const DEFAULTS: Omit<RunnerOptions, "log" | "kinds" | "epoch"> = {
  clock: systemClock,
  strict: process.env["NODE_ENV"] !== "production",
  mailboxLimit: 1000,
  snapshotEvery: 200,
  checkpointEvery: 2048,
  idleMs: 60_000,
  warn: () => {},
  at: () => {},
  progressed: () => {},
};

export interface Owned extends AsyncDisposable {
  readonly runner: Runner;
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
  const runner = createRunner({ ...DEFAULTS, ...given(options), log, kinds, epoch: ownership.epoch });
  const lose = (): void => runner.runtime.fail(leaseLost(log.url));
  ownership.lost.addEventListener("abort", lose, { once: true });
  if (ownership.lost.aborted) lose();
  cleanup.defer(() => runner.close());
  await runner.recover(recover);
  if (runner.failed.aborted) throw hostFailed(runner.failed.reason);
  const kept = cleanup.move();
  return { runner, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function leaseLost(url: string): TroupeError {
  return new TroupeError("LOG_LEASE_LOST", `this host no longer owns ${url}`, {
    hint: "Open a new host: it goes on once the log is free.",
  });
}

/** What is really given: an option that is `undefined` takes its default. */
function given(options: OwnOptions): Partial<typeof DEFAULTS> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
