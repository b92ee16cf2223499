/**
 * Zombies: owners that do not know that another one came after them.
 *
 * - A12. Epochs never decrease along a stream, so that fences only grow: whoever finds a record of
 *   a later owner when it loads an actor writes nothing to it, and stops.
 */
import { TroupeError } from "../errors.ts";
import { rootOf } from "../events/address.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { Fold } from "./fold.ts";
import { isTold } from "./fork/forked.ts";
import { forkUnfinished } from "./fork/unfinished.ts";
import { load } from "./load.ts";
import type { Runtime } from "./runtime.ts";

export interface Owned {
  readonly fold: Fold;
  /** What its last record says that it owes: a snapshot may know that some of it is done. */
  readonly owes: number;
}

/**
 * Loads an actor to run it.
 *
 * @throws {@link TroupeError} `LOG_LEASE_LOST` where a later owner has moved it; `FORK_UNFINISHED`;
 * what loading throws.
 */
export async function loadAsOwner(rt: Runtime, address: string): Promise<Owned | undefined> {
  let epoch = 0;
  let last: RecordBody | undefined;
  const onBody = (body: RecordBody): void => {
    last = body;
    epoch = Math.max(epoch, body.epoch);
  };
  const fold = await load(rt, address, { onBody });
  if (fold === undefined) return undefined;
  if (!isTold(fold)) throw untold(fold);
  if (last === undefined) await readLast(rt, fold, onBody); // it came whole out of a snapshot
  if (epoch <= rt.epoch) return { fold, owes: last?.owes ?? 0 };
  throw new TroupeError(
    "LOG_LEASE_LOST",
    `"${address}" was moved by owner ${epoch}, and this is owner ${rt.epoch}: it owns the actor no longer`,
    {
      hint: "Open a new host; a log that was put together of parts is to be copied with `troupe copy` first.",
      data: { address, epoch, own: rt.epoch },
    },
  );
}

async function readLast(
  { log }: Runtime,
  { identity: { address }, seq }: Fold,
  onBody: (body: RecordBody) => void,
): Promise<void> {
  for await (const record of log.read(address, { after: seq - 1, to: seq }))
    onBody(parseBody(record.body, placeOf(record)));
}

/** Nobody runs an actor of a fork before all of the fork is there. */
export function untold({ identity: { address }, born: { fork }, seq }: Fold): TroupeError {
  const { of, at } = fork ?? { of: address, at: seq };
  return forkUnfinished({ run: rootOf(address), of: rootOf(of), at }, { address, seq });
}
