/** Chains of causes that lead through several runs, as far as a log has them. */
import { TroupeError } from "../errors.ts";
import { rootOf } from "../events/address.ts";
import { isErased } from "../events/log/erased.ts";
import type { EventLog } from "../events/log/log.ts";
import { nameOf } from "./causes.ts";
import { readRun, type RunRecords } from "../events/log/run-records.ts";
import { chainOf, type Chain, type Link } from "./why.ts";

/** Most runs that a chain is followed through. */
const MOST = 50;

/**
 * The chain of causes of a record, on into other runs of the log.
 *
 * @returns `elsewhere` names a cause that the log does not have, or that was erased.
 * @throws {@link TroupeError} `LOG_*`, `RECORD_INVALID`.
 */
export async function chainIn(log: EventLog, run: RunRecords, position: number): Promise<Chain> {
  const links: Link[] = [];
  const met = new Set<string>();
  let next = { run, position };
  for (let runs = 1; ; runs++) {
    const { links: some, elsewhere } = chainOf(next.run, next.position);
    const fresh = some.filter((link) => !met.has(nameOf(link)));
    for (const link of fresh) met.add(nameOf(link));
    links.push(...fresh);
    if (elsewhere === undefined || fresh.length < some.length) return { links };
    const other = runs < MOST ? await otherRun(log, elsewhere.address, next.run.run) : undefined;
    const at = other?.records.findIndex(
      ({ stream, seq }) => stream === elsewhere.address && seq === elsewhere.seq,
    );
    if (other === undefined || at === undefined || at === -1) return { links, elsewhere };
    next = { run: other, position: at + 1 };
  }
}

async function otherRun(log: EventLog, address: string, run: string): Promise<RunRecords | undefined> {
  const root = rootOf(address);
  if (root === run) return undefined;
  try {
    const other = await readRun(log, root);
    return other.records.some(({ body }) => isErased(body)) ? undefined : other;
  } catch (error) {
    if (TroupeError.is(error, "RUN_NOT_FOUND")) return undefined;
    throw error;
  }
}
