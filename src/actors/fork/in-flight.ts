/**
 * What custom actions had sent before a cut, and whose receivers recorded it behind the cut. The
 * actions do not run again, so in the fork their senders' last records say it anew: else it
 * would be lost between the two, where any other send stays in its sender's outbox.
 */
import type { RecordedEvent } from "../../events/record.ts";
import { parseBody, placeOf } from "../../events/record.ts";
import type { Recorded } from "../../events/log/log.ts";

export interface InFlight {
  readonly to: string;
  readonly event: RecordedEvent;
}

/** An action's effect id, and which of the things it sent. */
const OF_ACTION = /^(.+)#([0-9]+)\.[0-9]+\/[0-9]+$/;

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
  const found = new Map<string, InFlight[]>();
  for (const record of behind) {
    const { sender, seq } = actionIn(record);
    if (sender === undefined || seq > lastOf(sender)) continue;
    const { event } = parseBody(record.body, placeOf(record));
    if (event === undefined || event.type.startsWith("troupe.")) continue;
    const sent = found.get(sender) ?? [];
    sent.push({ to: record.stream, event });
    found.set(sender, sent);
  }
  return found;
}

/** The record with the custom action that sent what this one received. */
function actionIn({ cause = "", body }: Recorded): { readonly sender?: string; readonly seq: number } {
  const [, sender = "", seq = ""] = OF_ACTION.exec(cause) ?? [];
  return body["from"] === sender ? { sender, seq: Number(seq) } : { seq: 0 };
}
