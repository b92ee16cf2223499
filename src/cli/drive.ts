/**
 * Runs what is open in a log for as long as a command wants it.
 *
 * - Who owns the log runs it. Where another process does, that one runs our run too, and we
 *   take over as soon as it leaves, so a run ends whichever of two terminals is closed first.
 * - An owner stays until the runs that others started in it are over as well; for runs that were
 *   open before and that nobody waits for here, it does not stay.
 * - A run that waits for people keeps the command waiting, and says what they can do; with
 *   `detach` the command ends there and leaves the run open.
 * - What stops the host, or parks an actor of the run, ends the command with that error.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../actors/client.ts";
import { createHost, type Host } from "../actors/host.ts";
import { TroupeError, type ErrorCode } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { EventLog } from "../events/log/log.ts";
import type { RunView } from "../projections/runs-view.ts";
import type { Face } from "./control.ts";
import { span } from "./paper.ts";
import type { Shell } from "./shell.ts";
import { isIdle } from "./standing.ts";
import { showRuns, watchRuns, type Runs } from "./watch-run.ts";
import { hostKinds } from "../agents/host-kinds.ts";
import type { PlanOptions } from "../agents/plan-sources.ts";

const CLAIM_EVERY_MS = 1_000;

export interface Drive {
  readonly log: EventLog;
  /** The runs that are waited for, and what is known of them. */
  readonly known: Runs;
  readonly wanted: readonly string[];
  /** What is done first: a run is started, or told something. */
  readonly first?: (face: Face) => Promise<unknown>;
  /** Whether to go on with all that is open in the log. */
  readonly recover: boolean;
  /** Whether to end, too, once nothing of the wanted runs moves until people do something. */
  readonly detach?: boolean;
  /** The agents and models of this command. */
  readonly host?: Pick<PlanOptions, "agents" | "model">;
}

/** Resolves with the runs once all wanted are over, or the user stops the command. */
export async function drive(
  shell: Shell,
  { log, known, wanted, first, recover, detach = false, host: own = {} }: Drive,
): Promise<Runs> {
  const kinds = hostKinds({ env: shell.env, ...own });
  const trouble = new AbortController();
  const over = new AbortController();
  const ended = AbortSignal.any([shell.stop, trouble.signal, over.signal]);
  const show = showRuns(shell.terminal, (run) => wanted.includes(run), known);
  const warn = (message: string, facts: Readonly<Record<string, unknown>>): void => {
    if (message === "parked") trouble.abort(parked(facts));
    // what an activity has to say, such as that this process lacks its agent
    if (message === "activity" && Array.isArray(facts["args"])) show.say(facts["args"].join(" "));
  };
  let owner: TroupeError | undefined;
  const open = async (all: boolean): Promise<Host<typeof kinds> | undefined> => {
    try {
      const host = await createHost({ log, kinds, recover: all, warn, shared: false });
      host.failed.addEventListener("abort", () => trouble.abort(interrupted(host.failed.reason)));
      return host;
    } catch (error) {
      if (!TroupeError.is(error, "LOG_OWNED")) throw error;
      owner = error;
      return undefined;
    }
  };
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => show.end());
  const client = cleanup.use(await connect({ log, kinds }));
  const after = await log.end();
  let host = await open(recover);
  cleanup.defer(() => host?.[Symbol.asyncDispose]());
  await first?.(host ?? client);
  const waiting = host === undefined ? takeOver() : Promise.resolve();
  if (host === undefined && owner !== undefined) show.say(ownedBy(owner));
  const aside = new Set([...known.keys()].filter((run) => !wanted.includes(run)));
  const enough = (view: RunView | undefined): boolean =>
    view !== undefined && (!view.open || (detach && isIdle(view)));
  const runs = await watchRuns(client, {
    known,
    after,
    signal: ended,
    enough: (seen) =>
      wanted.every((run) => enough(seen.get(run))) &&
      (host === undefined || [...seen.values()].every((view) => enough(view) || aside.has(view.run))),
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
        if (host !== undefined) show.say("the other process is gone: I go on with what is open");
      } catch (error) {
        trouble.abort(error);
      }
    }
  }
}

/** Who has the log, and when that ends. A lease outlives an owner that was killed. */
function ownedBy({ data: { owner, leaseMs } }: TroupeError): string {
  const who = `another process owns the log (${String(owner)})`;
  return typeof leaseMs === "number"
    ? `${who}: it runs this; if it was killed, I take over when its lease ends, in at most ${span(leaseMs)}`
    : `${who}: it runs this, and I take over if it leaves`;
}

/** What stopped the host: what is on disk stays, so the remedy ends in the same words for all of it. */
function interrupted(reason: unknown): unknown {
  if (!TroupeError.is(reason)) return reason;
  const { code, message, data, hint = "Look at the log." } = reason;
  const remedy = reason.code === "LOG_WRITE_FAILED" ? hint : REMEDIES[code];
  if (remedy === undefined) return reason;
  return new TroupeError(code, message, {
    hint: `${remedy.replace(/\.$/, "")}. Then go on with \`troupe resume\`.`,
    data,
    cause: reason,
  });
}

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  HOST_FAILED: "Look at the disk or the server",
  LOG_LEASE_LOST: "Look whether the server runs, or another host took over",
  LOG_OUTCOME_UNKNOWN: "Look at the disk or the server",
  LOG_UNREACHABLE: "Look at the disk or the server",
};

function parked(facts: Readonly<Record<string, unknown>>): TroupeError {
  const { address, message, hint } = facts;
  const at = typeof address === "string" ? address : "an actor";
  return new TroupeError("ACTOR_PARKED", `"${at}" cannot go on: ${String(message)}`, {
    hint: typeof hint === "string" ? hint : "Look at it with `troupe doctor`.",
    data: { ...facts, ...(typeof address === "string" ? { run: parseAddress(address).root } : {}) },
  });
}
