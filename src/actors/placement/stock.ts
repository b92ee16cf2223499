/**
 * What a host must know of a partition before it runs its actors: which of them owe something,
 * of which kind's version, and who has which system id. It is folded from the partition alone,
 * behind the checkpoint that its last owner left beside the log.
 *
 * - The checkpoint is a cache: without it all is read, with it only what came since.
 */
import { z } from "zod";
import { addressIn, parseAddress } from "../../events/address.ts";
import type { EventLog, Position, Recorded } from "../../events/log/log.ts";
import { parseBody, placeOf, type RecordBody, type SystemDelta } from "../../events/record.ts";
import type { OpenActor, Stock } from "../recover.ts";

export interface PartitionStock extends Stock {
  /** Leaves a checkpoint for the next owner, where at least so many records came since the last. */
  save(options?: { readonly least?: number }): Promise<void>;
}

const Kept = z.object({
  position: z.string(),
  /** Address and version. */
  open: z.array(z.tuple([z.string(), z.string().nullable()])),
  ids: z.array(z.tuple([z.string(), z.record(z.string(), z.string())])),
});

/** Says which code a checkpoint fits. */
const KEY = "stock-1";

/** Folds a partition up to its end as of now. */
export async function partitionStock(log: EventLog, partition: number): Promise<PartitionStock> {
  const at = addressIn(partition, log.partitions);
  const stored = await log.snapshots.get(at);
  const kept = stored?.key === KEY ? Kept.safeParse(stored.data).data : undefined;
  const open = new Map(kept?.open.map(([address, version]) => [address, version ?? undefined]));
  const ids = new Map(kept?.ids);
  let position: Position | undefined = kept?.position;
  let since = 0;

  const take = (address: string, body: RecordBody | undefined): void => {
    open.delete(address); // one that moves stands behind the others
    if (body === undefined || body.owes > 0) open.set(address, body?.version);
    if (body?.system !== undefined) note(ids, parseAddress(address).root, body.system);
  };
  const catchUp = async (): Promise<void> => {
    for await (const record of log.scan({
      partition,
      archived: false, // what is archived owes nothing, and its files may be on another machine
      ...(position !== undefined && { after: position }),
    })) {
      take(record.stream, readable(record));
      position = record.position;
      since += 1;
    }
  };
  const openAsRead = (): readonly OpenActor[] =>
    Array.from(open, ([address, version]) => ({ address, version }));
  await catchUp();
  return {
    systemIds: async () => ids,
    open: async () => openAsRead(),
    async openNow() {
      await catchUp();
      return openAsRead();
    },
    async save({ least = 1 } = {}) {
      await catchUp();
      if (position === undefined || since < least) return;
      const data = {
        position,
        open: Array.from(open, ([address, version]) => [address, version ?? null]),
        ids: [...ids],
      };
      await log.snapshots.put(at, { seq: 1, key: KEY, data });
      since = 0;
    },
  };
}

/** A record that cannot be read counts as one of an open actor, so that it is loaded, and parks (A5). */
function readable(record: Recorded): RecordBody | undefined {
  try {
    return parseBody(record.body, placeOf(record));
  } catch {
    return undefined;
  }
}

function note(
  ids: Map<string, Record<string, string>>,
  root: string,
  { freed = [], given = {} }: SystemDelta,
): void {
  const before = Object.entries(ids.get(root) ?? {}).filter(([, address]) => !freed.includes(address));
  const now = Object.fromEntries([...before, ...Object.entries(given)]);
  if (Object.keys(now).length > 0) ids.set(root, now);
  else ids.delete(root);
}
