/**
 * Taking over a log: one scan finds what is open, who has which system id, and nothing else.
 * No actor that owes nothing is loaded.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { Kinds } from "./kind.ts";
import type { RunDirectory } from "./runtime.ts";

/** Addresses of actors that owe something, in the order in which they last moved. */
export async function openActors(
  log: EventLog,
  directory: (root: string) => RunDirectory,
): Promise<readonly string[]> {
  const open = new Set<string>();
  for await (const record of log.scan()) {
    const body = readBody(record);
    open.delete(record.stream);
    if (body === undefined || body.owes > 0) open.add(record.stream);
    if (body?.system !== undefined) directory(parseAddress(record.stream).root).apply(body.system);
  }
  return [...open];
}

/** Undefined where it is no record: its actor counts as open, so that it is loaded, and parks (A5). */
function readBody(record: Recorded): RecordBody | undefined {
  try {
    return parseBody(record.body, placeOf(record));
  } catch (error) {
    if (TroupeError.is(error, "RECORD_INVALID")) return undefined;
    throw error;
  }
}

/**
 * A5: a host that lacks a kind leaves the log to one that has it.
 *
 * @throws {@link TroupeError} `KIND_UNKNOWN` naming the kinds of open actors that are not registered.
 */
export function assertKinds(open: readonly string[], kinds: Kinds): void {
  const needed = new Set(open.map((address) => parseAddress(address).kind));
  const missing = [...needed].filter((kind) => !kinds.has(kind)).sort();
  if (missing.length === 0) return;
  throw new TroupeError(
    "KIND_UNKNOWN",
    `the log has open actors of kinds that this host lacks: ${missing.join(", ")}`,
    {
      hint: "Pass these kinds to createHost({ kinds }), or use `recover: false` to move only what is asked for.",
      data: { missing },
    },
  );
}
