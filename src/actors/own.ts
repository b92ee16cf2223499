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
  const runner = createRunner({
    log,
    kinds,
    epoch: ownership.epoch,
    clock: options.clock ?? systemClock,
    strict: options.strict ?? process.env["NODE_ENV"] !== "production",
    mailboxLimit: options.mailboxLimit ?? 1000,
    snapshotEvery: options.snapshotEvery ?? 200,
    idleMs: options.idleMs ?? 60_000,
    warn: options.warn ?? (() => {}),
    at: options.at ?? (() => {}),
    progressed: options.progressed ?? (() => {}),
  });
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
