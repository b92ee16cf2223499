/**
 * Arrivals: what actors of other partitions sent, each taken once by who runs the receiver.
 *
 * - A8. The receiver's watermark and its window of ids know what a step or an action sent when it
 *   comes again. What an activity sent they do not: it is looked for among the latest records.
 */
import type { EventLog } from "../../events/log/log.ts";
import { effectMark, isCommand } from "../causes.ts";
import type { Delivered } from "../command-data.ts";

/** Takes it, or says which record it is in already. */
export type TakeOnce = (
  address: string,
  input: Delivered,
  take: () => Promise<number>,
) => Promise<number>;

/** Among how many records of an actor one is looked for that was sent just now. */
const LATEST = 1_000;

export function arrivalsOn(log: Pick<EventLog, "tip" | "read">): TakeOnce {
  /** What is being taken, by receiver and cause: it may be asked again before it is recorded. */
  const coming = new Map<string, Promise<number>>();
  return (address, { from, cause }, take) => {
    if (isCommand(cause) || effectMark(cause, from) !== undefined) return take();
    const key = `${address} ${cause}`;
    const taking =
      coming.get(key) ??
      recordOf(log, address, cause)
        .then((before) => before ?? take())
        .finally(() => coming.delete(key));
    coming.set(key, taking);
    return taking;
  };
}

/** The record of something among the latest of an actor. */
async function recordOf(
  log: Pick<EventLog, "tip" | "read">,
  address: string,
  cause: string,
): Promise<number | undefined> {
  const after = Math.max(0, (await log.tip(address)) - LATEST);
  for await (const record of log.read(address, { after }))
    if (record.cause === cause) return record.seq;
  return undefined;
}
