/** The live system directories: who has which system id, by run. A run without any costs nothing. */
import type { RecordBody, SystemDelta } from "../events/record.ts";
import type { RunDirectory } from "./runtime.ts";
import type { SystemDirectory } from "./xstate/contract.ts";
import { NOBODY } from "./xstate/stepper.ts";

export function directories(): (root: string) => RunDirectory {
  const byRoot = new Map<string, Map<string, string>>();
  return (root) => ({
    get: (systemId) => byRoot.get(root)?.get(systemId),
    all: () => Object.fromEntries(byRoot.get(root) ?? []),
    apply: (delta) => apply(byRoot, root, delta),
  });
}

/** A directory as it will be once these changes are written: what a step behind them looks up. */
export function changedBy(directory: SystemDirectory, deltas: readonly SystemDelta[]): SystemDirectory {
  if (deltas.length === 0) return directory;
  const ids = new Map(Object.entries(directory.all()));
  for (const delta of deltas) change(ids, delta);
  return { get: (systemId) => ids.get(systemId), all: () => Object.fromEntries(ids) };
}

/** Notes system ids that change hands. */
function apply(byRoot: Map<string, Map<string, string>>, root: string, delta: SystemDelta): void {
  const ids = byRoot.get(root) ?? new Map<string, string>();
  change(ids, delta);
  if (ids.size > 0) byRoot.set(root, ids);
  else byRoot.delete(root);
}

function change(ids: Map<string, string>, { freed = [], given = {} }: SystemDelta): void {
  for (const [systemId, address] of ids) if (freed.includes(address)) ids.delete(systemId);
  for (const [systemId, address] of Object.entries(given)) ids.set(systemId, address);
}

/** What a record says was looked up in its step. */
export function recordedDirectory({ lookups }: RecordBody): SystemDirectory {
  if (lookups === undefined) return NOBODY;
  const known = Object.entries(lookups).flatMap(([id, address]) =>
    address === null ? [] : [[id, address]],
  );
  const ids = new Map<string, string>(known.map(([id = "", address = ""]) => [id, address]));
  return { get: (id) => ids.get(id), all: () => Object.fromEntries(ids) };
}
