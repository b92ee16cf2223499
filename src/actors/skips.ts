/** A5: the records that an operator has taken out of an actor's history. */
import type { EventLog } from "../events/log/log.ts";
import { skippedIn } from "../events/record.ts";

/** A record that is left out, and the seq of the record that says so. */
export interface Skip {
  readonly seq: number;
  readonly until: number;
}

/** The records of an actor that later ones take out, each with the seq of the one that does. */
export async function skipsOf(
  log: Pick<EventLog, "read">,
  address: string,
  after = 0,
): Promise<Map<number, number>> {
  const skips = new Map<number, number>();
  for await (const record of log.read(address, { after })) {
    const skipped = skippedIn(record.body);
    if (skipped !== undefined) skips.set(skipped, record.seq);
  }
  return skips;
}
