/**
 * Batches of telemetry on their way into a log: many at once, through its owner, or as its owner
 * where there is none.
 *
 * - A batch that is there already is not sent again.
 * - Ownership is given back after each round, so that whoever waits for the log gets it in between.
 */
import { commander, remoteCommander, type Commander } from "../../actors/commands.ts";
import { kindsByName } from "../../actors/kind.ts";
import { ownLog } from "../../actors/own.ts";
import { TroupeError } from "../../errors.ts";
import type { JsonObject } from "../../events/json.ts";
import type { EventLog } from "../../events/log/log.ts";
import { telemetryAddress } from "../../events/telemetry/batch.ts";
import { telemetryKind } from "./telemetry-kind.ts";

export type Batch = readonly JsonObject[];

/** How many a round may hold: so many are under way at once. */
export const ROUND = 32;
/** How often an owner may come or go before a round is given up. */
const TRIES = 20;

/**
 * Starts the actors of some batches.
 *
 * @returns those that were not there before.
 * @throws {@link TroupeError} what starting an actor throws; the same round again is safe.
 */
export async function deliver(log: EventLog, batches: readonly Batch[]): Promise<readonly Batch[]> {
  const tips = await Promise.all(batches.map((lines) => log.tip(telemetryAddress(lines))));
  const fresh = batches.filter((_, at) => tips[at] === 0);
  if (fresh.length > 0) await startAll(log, fresh);
  return fresh;
}

async function startAll(log: EventLog, batches: readonly Batch[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await asOwner(log, batches);
    } catch (error) {
      if (!TroupeError.is(error, "LOG_OWNED") || tries === TRIES) throw error;
    }
    try {
      return await start(
        remoteCommander((command) => log.commands.request(command), log.partitions),
        batches,
      );
    } catch (error) {
      if (!TroupeError.is(error, "LOG_UNOWNED") || tries === TRIES) throw error;
    }
  }
}

async function asOwner(log: EventLog, batches: readonly Batch[]): Promise<void> {
  const kinds = kindsByName([telemetryKind]);
  await using owned = await ownLog({ log, kinds, recover: false, activities: false });
  await start(commander(owned.runner), batches);
}

/** All are waited for, so that none goes on behind the back of whoever hears of a failure. */
async function start(to: Commander, batches: readonly Batch[]): Promise<void> {
  const started = batches.map((lines) => to.start(telemetryAddress(lines), { lines: [...lines] }, {}));
  for (const one of await Promise.allSettled(started)) if (one.status === "rejected") throw one.reason;
}
