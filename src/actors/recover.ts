/**
 * Taking over a log: what is open, and who has which system id, stands in projections that are
 * caught up first; no actor that owes nothing is loaded.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress, partitionOf } from "../events/address.ts";
import { openActors, systemIds } from "../projections/open-actors.ts";
import type { Projections, RowsOptions } from "../projections/runner.ts";
import type { Kinds } from "./kind.ts";
import type { RunDirectory } from "./runtime.ts";

/**
 * Fills the directories of system ids.
 *
 * @returns the addresses of actors that owe something, in the order in which they last moved,
 * partition by partition.
 */
export async function takeStock(
  projections: Projections,
  partitions: number,
  directory: (root: string) => RunDirectory,
): Promise<readonly string[]> {
  for (const { key, row } of await projections.rows(systemIds))
    if (row !== undefined) directory(key).apply({ given: row });
  return openIn(projections, partitions, { asLastRead: true });
}

/** The addresses of actors that owe something, in the same order. */
export async function openIn(
  projections: Projections,
  partitions: number,
  asked: RowsOptions = {},
): Promise<readonly string[]> {
  const open = (await projections.rows(openActors, asked)).map(({ key }) => key);
  const partition = (address: string): number => partitionOf(parseAddress(address).root, partitions);
  return partitions === 1 ? open : open.toSorted((a, b) => partition(a) - partition(b));
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
