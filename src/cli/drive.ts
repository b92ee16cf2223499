/**
 * Runs what is open in a log for as long as a command wants it.
 *
 * - Who owns the log runs it. Where another process does, that one runs our run too, and we
 *   take over as soon as it leaves, so a run ends whichever of two terminals is closed first.
 * - An owner stays until the runs that others started in it are over as well.
 * - What stops the host, or parks an actor of the run, ends the command with that error.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../actors/client.ts";
import { createHost, type Host } from "../actors/host.ts";
import { planKinds } from "../agents/plan-kinds.ts";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { WorkflowInput } from "../events/commands.ts";
import type { EventLog } from "../events/log/log.ts";
import type { Shell } from "./shell.ts";
import { showRuns, watchRuns, type Runs } from "./watch-run.ts";

const CLAIM_EVERY_MS = 1_000;

export interface Drive {
  readonly log: EventLog;
  /** The runs that are waited for, and what is known of them. */
  readonly known: Runs;
  readonly wanted: readonly string[];
  /** A run to start first. */
  readonly start?: WorkflowInput;
  /** Whether to go on with all that is open in the log. */
  readonly recover: boolean;
}

/** Resolves with the runs once all wanted are over, or the user stops the command. */
export async function drive(
  shell: Shell,
  { log, known, wanted, start, recover }: Drive,
): Promise<Runs> {
  const kinds = planKinds({ env: shell.env });
  const trouble = new AbortController();
  const over = new AbortController();
  const ended = AbortSignal.any([shell.stop, trouble.signal, over.signal]);
  const show = showRuns(shell.terminal, (run) => wanted.includes(run), known);
  const warn = (message: string, facts: Readonly<Record<string, unknown>>): void => {
    if (message === "parked") trouble.abort(parked(facts));
  };
  const open = async (all: boolean): Promise<Host<typeof kinds> | undefined> => {
    try {
      const host = await createHost({ log, kinds, recover: all, warn });
      host.failed.addEventListener("abort", () => trouble.abort(host.failed.reason));
      return host;
    } catch (error) {
      if (TroupeError.is(error, "LOG_OWNED")) return undefined;
      throw error;
    }
  };
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => show.end());
  const client = cleanup.use(await connect({ log, kinds }));
  const after = await log.end();
  let host = await open(recover);
  cleanup.defer(() => host?.[Symbol.asyncDispose]());
  if (start !== undefined) {
    const address = `workflow/${start.run}` as const;
    await (host ?? client).start(address, { input: start });
  }
  const waiting = host === undefined ? takeOver() : Promise.resolve();
  if (host === undefined)
    shell.terminal.err("another process owns the log: it runs this, and I take over if it leaves");
  const runs = await watchRuns(client, {
    known,
    after,
    signal: ended,
    enough: (seen) =>
      wanted.every((run) => seen.get(run)?.open === false) &&
      (host === undefined || [...seen.values()].every((view) => !view.open)),
    seen: (seen, run) => show.moved(seen, run),
  });
  over.abort();
  await waiting;
  if (trouble.signal.aborted) throw trouble.signal.reason;
  return runs;

  async function takeOver(): Promise<void> {
    while (!ended.aborted && host === undefined) {
      await sleep(CLAIM_EVERY_MS, undefined, { signal: ended }).catch(() => {});
      if (ended.aborted) return;
      try {
        host = await open(true);
      } catch (error) {
        trouble.abort(error);
      }
    }
  }
}

function parked(facts: Readonly<Record<string, unknown>>): TroupeError {
  const { address, message, hint } = facts;
  const at = typeof address === "string" ? address : "an actor";
  return new TroupeError("ACTOR_PARKED", `"${at}" cannot go on: ${String(message)}`, {
    hint: typeof hint === "string" ? hint : "Look at it with `troupe doctor`.",
    data: { ...facts, ...(typeof address === "string" ? { run: parseAddress(address).root } : {}) },
  });
}
