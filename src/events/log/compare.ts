/**
 * Whether two logs hold the same: a hash per actor and one over all, of whatever engine and
 * however many partitions.
 *
 * - The hash of an actor chains its records in order, with all that is in them and around them;
 *   the hash over all is one of the actors' hashes, by address.
 */
import { createHash } from "node:crypto";
import { TroupeError } from "../../errors.ts";
import { lineOf } from "./file/format.ts";
import type { Recorded } from "./log.ts";

export interface LogHashes {
  /** Over all, in hex. */
  readonly hash: string;
  readonly records: number;
  /** By address. */
  readonly streams: ReadonlyMap<string, string>;
}

/** Reads records and hashes them. @param tips only these actors, up to these records. */
export async function hashesOf(
  records: AsyncIterable<Recorded>,
  tips: ReadonlyMap<string, number>,
): Promise<LogHashes> {
  const chains = new Map<string, Uint8Array>();
  let read = 0;
  for await (const record of records) {
    const { stream, seq } = record;
    if (seq > (tips.get(stream) ?? 0)) continue;
    const chain = createHash("sha256").update(chains.get(stream) ?? new Uint8Array());
    chains.set(stream, chain.update(lineOf(record)).digest());
    read += 1;
  }
  const whole = createHash("sha256");
  const streams = new Map<string, string>();
  for (const [stream, chain] of [...chains].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const hash = Buffer.from(chain).toString("hex");
    streams.set(stream, hash);
    whole.update(`${stream} ${hash}\n`);
  }
  return { hash: whole.digest("hex"), records: read, streams };
}

/** @throws {@link TroupeError} `COPY_DIFFERS` naming the actors whose hashes are not the same. */
export function assertSame(from: LogHashes, to: LogHashes, what: { from: string; to: string }): void {
  const all = new Set([...from.streams.keys(), ...to.streams.keys()]);
  const differing = [...all].filter((one) => from.streams.get(one) !== to.streams.get(one));
  const [first] = differing;
  if (first === undefined) return;
  const more = differing.length === 1 ? "" : ` and ${differing.length - 1} more`;
  throw new TroupeError(
    "COPY_DIFFERS",
    `${what.to} does not hold what ${what.from} does: "${first}"${more} differ`,
    {
      hint: "Do not use the copy: copy into a new log, and compare again.",
      data: { ...what, streams: differing },
    },
  );
}
