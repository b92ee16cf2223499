/** The kinds that a host of the command line runs: whatever is open in a log of Troupe's own, it can go on with. */
import { planKinds } from "../agents/plan-kinds.ts";
import type { PlanOptions } from "../agents/plan-sources.ts";
import { queueKinds } from "../agents/queue/kinds.ts";
import { contextKind } from "../agents/team/context-kind.ts";
import { messagesKinds } from "../agents/team/messages-kinds.ts";

export function hostKinds(options?: PlanOptions) {
  return [...planKinds(options), ...teamKinds, ...queueKinds()] as const;
}

/** What the agents of a run talk with and share. */
export const teamKinds = [...messagesKinds(), contextKind] as const;
