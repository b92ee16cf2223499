/** The live system directories: who has which system id, by run. A run without any costs nothing. */
import type { SystemDelta } from "../events/record.ts";
import type { RunDirectory } from "./runtime.ts";

export function directories(): (root: string) => RunDirectory {
  const byRoot = new Map<string, Map<string, string>>();
  return (root) => ({
    get: (systemId) => byRoot.get(root)?.get(systemId),
    all: () => Object.fromEntries(byRoot.get(root) ?? []),
    apply: (delta) => apply(byRoot, root, delta),
  });
}

/** Notes system ids that change hands. */
function apply(
  byRoot: Map<string, Map<string, string>>,
  root: string,
  { freed = [], given = {} }: SystemDelta,
): void {
  const ids = byRoot.get(root) ?? new Map<string, string>();
  for (const [systemId, address] of ids) if (freed.includes(address)) ids.delete(systemId);
  for (const [systemId, address] of Object.entries(given)) ids.set(systemId, address);
  if (ids.size > 0) byRoot.set(root, ids);
  else byRoot.delete(root);
}
