/**
 * Self-healing (T-H1): what is tried with a task that failed, each time in a different way, and
 * what earlier runs tell of it.
 */
import { z } from "zod";
import { BranchReason, Failure } from "./failure.ts";

/** The ladder, from its first step to its last. */
export const Strategy = z.enum([
  /** Another agent does it. */
  "different_agent",
  /** It is done in a simpler way. */
  "simpler_approach",
  /** Whoever does it is told all that is known. */
  "add_context",
]);
export type Strategy = z.infer<typeof Strategy>;

/** Most tries with one task. */
export const MAX_TRIES = 3;

/** Whose failures are alike: those of one subject for one reason. */
const kind = {
  /** The agent that the plan names; `task/ID` where the task has a command of its own. */
  subject: z.string(),
  /** T-B1. */
  reason: BranchReason,
};

/** What earlier runs are asked. */
export const HealingQuestion = z.strictObject(kind);
export type HealingQuestion = z.infer<typeof HealingQuestion>;

/** What earlier runs have taught: this has helped with such failures. */
export const Advice = z.strictObject({
  strategy: Strategy,
  /** Of `different_agent`: which. */
  agent: z.string().optional(),
  /** The share of the samples that ended well, 0 to 1. */
  confidence: z.number().min(0).max(1),
  samples: z.int().min(1),
});
export type Advice = z.infer<typeof Advice>;

export const HealingAnswer = z.strictObject({
  /** The best first. */
  patterns: z.array(Advice).readonly(),
});
export type HealingAnswer = z.infer<typeof HealingAnswer>;

/** One try, as its facts name it. */
export const tryFields = {
  /** 1 to {@link MAX_TRIES}. */
  try: z.int().min(1).max(MAX_TRIES),
  strategy: Strategy,
  ...kind,
  /** Who tries, where that is another than the task's own. */
  agent: z.string().optional(),
};

/** What somebody is told who tries it again. */
export const HealingPackage = z.strictObject({
  try: tryFields.try,
  strategy: Strategy,
  reason: BranchReason,
  /** What is to be done differently, in words. */
  instructions: z.string(),
  /** How the attempts before ended, as far as they were followed by a try; the last one last. */
  failures: z.array(
    z.strictObject({
      /** Absent: the task's own. */
      agent: z.string().optional(),
      /** Absent: it was done as planned. */
      strategy: Strategy.optional(),
      failure: Failure,
    }),
  ),
  /** For `add_context`: what the last attempt left. Absolute paths; not all need exist. */
  left: z
    .strictObject({
      summary: z.string(),
      data: z.json().optional(),
      printed: z.string(),
      outputs: z.array(z.string()),
    })
    .optional(),
});
export type HealingPackage = z.infer<typeof HealingPackage>;
