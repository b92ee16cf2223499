/**
 * What tries to heal failures have come to, over all runs (T-H1): one row per subject, reason,
 * strategy and agent.
 *
 * - P2: counts only, so that it does not matter in which order runs come.
 */
import { HealingEnded } from "../events/facts/task.ts";
import { Strategy, type Advice, type HealingQuestion } from "../events/healing.ts";
import type { BranchReason } from "../events/failure.ts";
import { reader } from "../events/recorded.ts";
import type { RecordBody } from "../events/record.ts";
import type { Projection } from "./projection.ts";

/** A pattern is learned from so many samples, at this confidence (T-H1). */
const MIN_SAMPLES = 10;
const MIN_CONFIDENCE = 0.7;

export interface HealingRow {
  /** An agent, or `task/ID`. */
  readonly subject: string;
  readonly reason: BranchReason;
  readonly strategy: Strategy;
  /** Who tried, where that was another than the task's own. */
  readonly agent?: string;
  /** Tries that came to their end. */
  readonly samples: number;
  /** Those of them that ended well. */
  readonly successes: number;
}

export const healing: Projection<HealingRow> = {
  name: "healing",
  version: 2,
  key({ stream }, body) {
    const ended = endedIn(stream, body);
    if (ended === undefined) return undefined;
    const { subject, reason, strategy, agent = "" } = ended;
    return `${subject} ${reason} ${strategy} ${agent}`.trim();
  },
  fold(row, { stream, body }) {
    const ended = endedIn(stream, body);
    if (ended === undefined) return row;
    const { subject, reason, strategy, agent, healed } = ended;
    const before = row ?? { subject, reason, strategy, samples: 0, successes: 0 };
    return {
      ...before,
      ...(agent !== undefined && { agent }),
      samples: before.samples + 1,
      successes: before.successes + (healed ? 1 : 0),
    };
  },
};

const ended = reader(HealingEnded);

/** One step of a task ends one try at most. */
function endedIn(stream: string, body: RecordBody | undefined) {
  if (!stream.startsWith("task/") || body?.copied === true) return undefined; // a fork has learned nothing anew
  const fact = body?.facts?.find(({ type }) => type === "healing.ended");
  return fact === undefined ? undefined : ended(fact)?.data;
}

/**
 * What was learned about failures of a kind, the best first.
 *
 * - Confidence is the share of the samples that ended well, `successes / samples`: a share of
 *   few samples says little, which is why {@link MIN_SAMPLES} are asked for.
 * - Equally good: that of more samples, then in the order of the ladder, then by name.
 */
export function learned(
  rows: readonly HealingRow[],
  { subject, reason }: HealingQuestion,
): readonly Advice[] {
  return rows
    .filter((row) => row.subject === subject && row.reason === reason && isPattern(row))
    .map(({ strategy, agent, samples, successes }) => ({
      strategy,
      ...(agent !== undefined && { agent }),
      confidence: successes / samples,
      samples,
    }))
    .toSorted((a, b) => b.confidence - a.confidence || b.samples - a.samples || byName(a, b));
}

/** Whether a row is a pattern, and no chance. */
export function isPattern({ samples, successes }: HealingRow): boolean {
  return samples >= MIN_SAMPLES && successes / samples >= MIN_CONFIDENCE;
}

function byName(a: Advice, b: Advice): number {
  const steps = Strategy.options.indexOf(a.strategy) - Strategy.options.indexOf(b.strategy);
  if (steps !== 0) return steps;
  return (a.agent ?? "") < (b.agent ?? "") ? -1 : 1;
}
