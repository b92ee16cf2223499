/**
 * Zombies: owners that do not know that another one came after them.
 *
 * - A12. Epochs never decrease along a stream, so that fences only grow: whoever finds a record of
 *   a later owner when it loads an actor writes nothing to it, and stops.
 */
import { TroupeError } from "../errors.ts";
import { parseBody, placeOf } from "../events/record.ts";
import type { Fold } from "./fold.ts";
import { load } from "./load.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Loads an actor to run it.
 *
 * @throws {@link TroupeError} `LOG_LEASE_LOST` where a later owner has moved it; what loading throws.
 */
export async function loadAsOwner(rt: Runtime, address: string): Promise<Fold | undefined> {
  let epoch = 0;
  const fold = await load(rt, address, { onEpoch: (found) => (epoch = Math.max(epoch, found)) });
  if (fold === undefined) return undefined;
  if (epoch === 0) epoch = await epochAt(rt, address, fold.seq); // it came whole out of a snapshot
  if (epoch <= rt.epoch) return fold;
  throw new TroupeError(
    "LOG_LEASE_LOST",
    `"${address}" was moved by owner ${epoch}, and this is owner ${rt.epoch}: it owns the actor no longer`,
    {
      hint: "Open a new host; a log that was put together of parts is to be copied with `troupe copy` first.",
      data: { address, epoch, own: rt.epoch },
    },
  );
}

async function epochAt({ log }: Runtime, address: string, seq: number): Promise<number> {
  for await (const record of log.read(address, { after: seq - 1, to: seq }))
    return parseBody(record.body, placeOf(record)).epoch;
  return 0;
}
