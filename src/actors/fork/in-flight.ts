/**
 * What custom actions had sent before a cut, and whose receivers recorded it behind the cut. The
 * actions do not run again, so in the fork their senders' last records say it anew: else it
 * would be lost between the two, where any other send stays in its sender's outbox.
 */
import { z } from "zod";
import type { Recorded } from "../../events/log/log.ts";
import { parseBody, placeOf, RecordedEvent } from "../../events/record.ts";
import { effectIn } from "../causes.ts";

/** One thing that a custom action sent. */
export const InFlight = z.object({
  /** Of the record whose step asked for the action. */
  seq: z.int().min(1),
  to: z.string(),
  event: RecordedEvent,
});
export type InFlight = z.infer<typeof InFlight>;

/** What a fork's actor says anew, in the event that ends its told history. */
const SaidAnew = z.object({ type: z.literal("troupe.forked"), sends: z.array(InFlight) });

/**
 * By sender, in the order in which they arrived. Where the run ends right behind the cut, what was under
 * way is not known.
 *
 * @param behind the run's records behind the cut.
 * @param lastOf the last record of an actor whose actions have run.
 */
export function inFlightAt(
  behind: readonly Recorded[],
  lastOf: (address: string) => number,
): ReadonlyMap<string, readonly InFlight[]> {
  const found = behind.flatMap(sentIn).filter(({ sender, seq }) => seq <= lastOf(sender));
  return Map.groupBy(found, ({ sender }) => sender);
}

type Sent = InFlight & { readonly sender: string };

/** What a record brought of a custom action; or, where the run is a fork, what its actor says anew of one. */
function sentIn(record: Recorded): readonly Sent[] {
  const { stream, cause, body } = record;
  const anew = SaidAnew.safeParse(body["event"]).data?.sends ?? [];
  if (anew.length > 0) return anew.map((one) => ({ ...one, sender: stream }));
  const sent = effectIn(cause);
  if (sent?.ofAction !== true || body["from"] !== sent.address) return [];
  const { event } = parseBody(body, placeOf(record));
  if (event === undefined || event.type.startsWith("troupe.")) return [];
  return [{ sender: sent.address, seq: sent.seq, to: stream, event }];
}
