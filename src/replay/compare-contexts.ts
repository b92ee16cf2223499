/** How the contexts of two actors differ behind a record of each: told by replaying both. */
import { readingStepper } from "../actors/client.ts";
import type { Kinds } from "../actors/kind.ts";
import { load } from "../actors/load.ts";
import { contextOf } from "../actors/xstate/context.ts";
import { parseAddress } from "../events/address.ts";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import { memoryStore, putRead } from "../events/log/memory-store.ts";
import { memoryLog } from "../events/log/memory.ts";
import { differencesOf, type Comparing, type Difference } from "./diff-values.ts";
import type { Side } from "./diff.ts";
import type { RunRecords } from "../events/log/run-records.ts";

/** What replaying both sides says. */
export type ContextsCompared =
  | { readonly differences: readonly Difference[] }
  /** Why there is nothing to say. */
  | { readonly unknown: string };

/** @param sides the records behind which the contexts are compared. */
export async function compareContexts(
  kinds: Kinds,
  runs: readonly [RunRecords, RunRecords],
  [a, b]: readonly [Side, Side],
  comparing: Pick<Comparing, "times"> = { times: false },
): Promise<ContextsCompared> {
  const { kind } = parseAddress(a.address);
  if (!kinds.has(kind)) return { unknown: `no machine for kind "${kind}" is known here` };
  try {
    const contexts = [
      await contextBehind(kinds, runs[0], a),
      await contextBehind(kinds, runs[1], b),
    ] as const;
    const ids = [runs[0].run, runs[1].run] as const;
    return { differences: differencesOf("context", contexts, { ...comparing, runs: ids }) };
  } catch (error) {
    if (!TroupeError.is(error)) throw error;
    return { unknown: error.message };
  }
}

async function contextBehind(kinds: Kinds, run: RunRecords, { address, seq }: Side): Promise<Json> {
  const store = memoryStore();
  for (const { stream, seq: _, ...record } of run.records)
    if (stream === address) putRead(store, stream, record);
  await using log = memoryLog({ store });
  const stepper = readingStepper(kinds);
  const fold = await load({ log, kinds, stepper }, address, { snapshots: false, to: seq });
  const context = contextOf(fold?.state.snapshot);
  return context === undefined ? null : stepper.encode(context, "context");
}
