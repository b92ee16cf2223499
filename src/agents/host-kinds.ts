/** All kinds of Troupe's own: a host that has them can go on with whatever is open in a log of theirs. */
import { feedbackKind, type FeedbackKind } from "./feedback/feedback-kind.ts";
import { memoryKind, type MemoryKind } from "./memory/memory-kind.ts";
import { planKinds, type PlanKinds } from "./plan-kinds.ts";
import type { PlanOptions } from "./plan-sources.ts";
import { queueKinds, type JobKind, type QueueKind } from "./queue/kinds.ts";
import { telemetryKind, type TelemetryKind } from "./telemetry/telemetry-kind.ts";
import { contextKind, type ContextKind } from "./team/context-kind.ts";
import { messagesKinds, type InboxKind, type MessagesKind } from "./team/messages-kinds.ts";

/** What runs plans, and what their agents talk with, share, queue and remember, what people think of it, and what happened elsewhere. */
export type HostKinds = readonly [
  ...PlanKinds,
  MessagesKind,
  InboxKind,
  ContextKind,
  QueueKind,
  JobKind,
  MemoryKind,
  FeedbackKind,
  TelemetryKind,
];

export function hostKinds(options?: PlanOptions): HostKinds {
  return [
    ...planKinds(options),
    ...teamKinds,
    ...queueKinds(),
    memoryKind,
    feedbackKind,
    telemetryKind,
  ];
}

/** What the agents of a run talk with and share. */
export const teamKinds = [...messagesKinds(), contextKind] as const;
