/** What people think of an execution: commands in, a fact for each (S2-030). */
import { z } from "zod";
import { IdText } from "./address.ts";
import { fact } from "./facts/fact.ts";
import { Id } from "./plan/values.ts";

const said = {
  /** The id that the plan gives it. */
  task: Id,
  /** Which attempt. Default: the task as it is, so its last one. */
  attempt: z.int().min(1).optional(),
  /** 1 to 5, 5 is best. */
  rating: z.int().min(1).max(5),
  comment: z.string().max(4_096).optional(),
  by: z.string().min(1).max(200).optional(),
};

export const FeedbackInput = z.strictObject({ run: IdText });
export type FeedbackInput = z.infer<typeof FeedbackInput>;

export const FeedbackCommand = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GIVE"), ...said }),
]);
export type FeedbackCommand = z.infer<typeof FeedbackCommand>;

/** Somebody has rated an execution. */
export const FeedbackFact = fact("feedback.given", said);
export type FeedbackFact = z.infer<typeof FeedbackFact>;
