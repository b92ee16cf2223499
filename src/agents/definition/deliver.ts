/** What those who deliver an answer get beside it. */
import type { ActivityContext } from "../../actors/activity.ts";
import type { Place } from "../../events/agent/work.ts";
import type { ChatMessage } from "../../events/chat/message.ts";
import type { Environment } from "../environment.ts";

export type DeliverContext = Pick<
  ActivityContext,
  "signal" | "idempotencyKey" | "fence" | "progress" | "log"
> & {
  readonly agent: string;
  readonly place: Place;
  /** All that was said, the answer last. */
  readonly messages: readonly ChatMessage[];
  readonly env: Environment;
  /** Texts that must not be recorded. */
  readonly secrets: readonly string[];
};
