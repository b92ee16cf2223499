/**
 * Taking over a log: one scan finds what is open, who has which system id, and nothing else.
 * No actor that owes nothing is loaded.
 */
import { parseAddress } from "../events/address.ts";
import type { EventLog } from "../events/log/log.ts";
import { parseBody } from "../events/record.ts";
import { placeOf } from "./load.ts";
import type { RunDirectory } from "./runtime.ts";

/** Addresses of actors that owe something, in the order in which they last moved. */
export async function openActors(
  log: EventLog,
  directory: (root: string) => RunDirectory,
): Promise<readonly string[]> {
  const open = new Set<string>();
  for await (const record of log.scan()) {
    const body = parseBody(record.body, placeOf(record));
    open.delete(record.stream);
    if (body.owes > 0) open.add(record.stream);
    if (body.system !== undefined) directory(parseAddress(record.stream).root).apply(body.system);
  }
  return [...open];
}
