/** The kind of what people think of a run: `feedback/RUN`, started with the first word of it. */
import type { z } from "zod";
import { defineKind, type Kind } from "../../actors/kind.ts";
import { FeedbackCommand, FeedbackInput, FeedbackFact } from "../../events/feedback.ts";
import { feedbackMachine } from "../../machines/feedback/feedback.ts";
import type { Closed } from "../closed.ts";
import { inForkedRun } from "../forked-run.ts";

export type FeedbackKind = Kind<
  "feedback",
  Closed<FeedbackInput, undefined, FeedbackFact>,
  z.ZodType<FeedbackCommand, z.input<typeof FeedbackCommand>>,
  z.ZodType<FeedbackInput, z.input<typeof FeedbackInput>>
>;

const kind = defineKind({
  kind: "feedback",
  version: "1",
  machine: feedbackMachine,
  events: FeedbackCommand,
  input: FeedbackInput,
  facts: FeedbackFact,
  forked: inForkedRun,
});

/** Give it to a host whose executions people rate. */
export const feedbackKind = kind as unknown as FeedbackKind; // it is; its inside is hidden
