/** The context of a machine, wherever its snapshot is. */
import type { Snapshot } from "xstate";

/** Undefined where there is none: no snapshot, or of other logic than a machine. */
export function contextOf(snapshot: Snapshot<unknown> | undefined): unknown {
  return snapshot !== undefined && "context" in snapshot ? snapshot.context : undefined;
}
