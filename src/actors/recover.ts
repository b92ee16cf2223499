/**
 * Taking over: what is open, and who has which system id, is known before any actor is loaded; no
 * actor that owes nothing is loaded.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress, partitionOf } from "../events/address.ts";
import { openActors, systemIds } from "../projections/open-actors.ts";
import type { Projections, RowsOptions } from "../projections/face.ts";
import type { Kinds } from "./kind.ts";
import type { RunDirectory } from "./runtime.ts";
import { isLater } from "./versions.ts";

/** An actor that owes something. */
export interface OpenActor {
  readonly address: string;
  /** Of its kind, as its last record says; undefined where this is not known. */
  readonly version?: string | undefined;
}

/** What must be known of a log, or of a partition, to take it over. */
export interface Stock {
  /** Address by system id, by root. Reads what is new. */
  systemIds(): Promise<Iterable<readonly [root: string, ids: Readonly<Record<string, string>>]>>;
  /** Who owes something, as of what was read last: in the order in which they last moved, partition by partition. */
  open(): Promise<readonly OpenActor[]>;
  /** The same, as of now. */
  openNow(): Promise<readonly OpenActor[]>;
}

/** The stock of a whole log, of its projections. */
export function stockOf(projections: Projections, partitions: number): Stock {
  const openAs = async (asked: RowsOptions): Promise<readonly OpenActor[]> => {
    const open = (await projections.rows(openActors, asked)).map(({ key: address }) => ({ address }));
    const partition = ({ address }: OpenActor): number =>
      partitionOf(parseAddress(address).root, partitions);
    return partitions === 1 ? open : open.toSorted((a, b) => partition(a) - partition(b));
  };
  return {
    systemIds: async () =>
      (await projections.rows(systemIds)).flatMap(({ key, row }) =>
        row === undefined ? [] : [[key, row] as const],
      ),
    open: () => openAs({ asLastRead: true }),
    openNow: () => openAs({}),
  };
}

/** Fills the directories of system ids; answers who owes something. */
export async function takeStock(
  stock: Stock,
  directory: (root: string) => RunDirectory,
): Promise<readonly OpenActor[]> {
  for (const [root, given] of await stock.systemIds()) directory(root).apply({ given });
  return stock.open();
}

/**
 * A5: a host that lacks a kind, or has an older version of it, leaves the log to one that has it.
 *
 * @throws {@link TroupeError} `KIND_UNKNOWN` naming the kinds of open actors that are not
 * registered, `KIND_NEWER` naming those that a later version wrote.
 */
export function assertKinds(open: readonly OpenActor[], kinds: Kinds): void {
  const needed = new Set(open.map(({ address }) => parseAddress(address).kind));
  const missing = [...needed].filter((kind) => !kinds.has(kind)).sort();
  if (missing.length > 0) throw lacking(missing);
  const newer = open.find(({ address, version }) => {
    const own = kinds.get(parseAddress(address).kind)?.version;
    return own !== undefined && version !== undefined && isLater(version, own);
  });
  if (newer !== undefined) throw outdated(newer, kinds);
}

function lacking(missing: readonly string[]): TroupeError {
  return new TroupeError(
    "KIND_UNKNOWN",
    `the log has open actors of kinds that this host lacks: ${missing.join(", ")}`,
    {
      hint: "Pass these kinds to createHost({ kinds }) or `troupe host --kinds FILE`, or use `recover: false` to move only what is asked for.",
      data: { missing: [...missing] },
    },
  );
}

function outdated({ address, version = "" }: OpenActor, kinds: Kinds): TroupeError {
  const { kind } = parseAddress(address);
  const own = kinds.get(kind)?.version ?? "";
  return new TroupeError(
    "KIND_NEWER",
    `"${address}" was moved by version ${version} of kind "${kind}", this host has ${own}`,
    {
      hint: "Run the later code here, or leave this actor to a host that has it.",
      data: { address, kind, version, own },
    },
  );
}
