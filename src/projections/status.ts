/** How far the projections of a log are. */
import type { EventLog } from "../events/log/log.ts";
import { isOf } from "./folding.ts";
import type { Projection } from "./projection.ts";
import type { Checkpoint, Kept, ProjectionStore, State } from "./store.ts";

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  /** `current`: what is read; `building`: made beside it; `none`: not begun. */
  readonly state: State | "none";
  /** Records that it has folded. */
  readonly folded: number;
  readonly rows: number;
  /** Of these, how many stand still (P4), or cannot be put into their tables. */
  readonly parked: number;
  /** When the oldest record was written that it has not folded, epoch ms; absent: there is none. */
  readonly behindSince?: number;
}

/** What a store holds of these projections, and of any other that it knows. */
export async function statusOf(
  log: EventLog,
  store: ProjectionStore,
  projections: readonly Projection[],
): Promise<readonly ProjectionStatus[]> {
  const kept = store.list();
  const known = [...kept, ...missing(kept, projections)];
  const lags = await lagsOf(
    log,
    known.map(({ checkpoint }) => checkpoint),
  );
  return known
    .map(({ checkpoint, ...one }, at) => {
      const since = lags[at];
      const { folded } = checkpoint;
      return { ...one, folded, ...(since !== undefined && { behindSince: since }) };
    })
    .sort((a, b) => a.name.localeCompare(b.name) || a.version - b.version);
}

/** When the oldest record was written that one of them has not folded; undefined: they have folded all. */
export async function behind(
  log: EventLog,
  store: ProjectionStore,
  projections: readonly Projection[],
): Promise<number | undefined> {
  const none = { version: 0, ids: [], folded: 0 };
  const lags = await lagsOf(
    log,
    projections.map((one) => store.builds(one).current ?? none),
  );
  const since = Math.min(...lags.map((lag) => lag ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(since) ? since : undefined;
}

/** Most stand at the same place, which is asked about once. */
async function lagsOf(
  log: EventLog,
  checkpoints: readonly Checkpoint[],
): Promise<readonly (number | undefined)[]> {
  const lags = new Map<string, number | undefined>();
  const found: (number | undefined)[] = [];
  for (const checkpoint of checkpoints) {
    const place = JSON.stringify([checkpoint.position, checkpoint.ids]);
    if (!lags.has(place)) lags.set(place, await behindSince(log, checkpoint));
    found.push(lags.get(place));
  }
  return found;
}

type Known = Omit<Kept, "state"> & { readonly state: State | "none" };

function missing(kept: readonly Kept[], projections: readonly Projection[]): readonly Known[] {
  return projections
    .filter(({ name, version }) => !kept.some((one) => one.name === name && one.version === version))
    .map(({ name, version }) => ({
      name,
      version,
      state: "none",
      checkpoint: { version, ids: [], folded: 0 },
      rows: 0,
      parked: 0,
    }));
}

/** The time of the first record behind a checkpoint; of the log's first one where it was made of another log. */
async function behindSince(log: EventLog, { position, ids }: Checkpoint): Promise<number | undefined> {
  const counts = position !== undefined && (await isOf(log, position, ids));
  for await (const { at } of log.scan(counts ? { after: position } : {})) return at;
  return undefined;
}
