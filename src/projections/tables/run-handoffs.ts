/**
 * Hand-offs of runs as a table: for each start of a task, the work that it waited for last.
 *
 * - Of what a task depends on, that which ended last before it began lets it begin: from there the
 *   work goes on, and the gap is what that took.
 * - Work that stays with its agent is handed to nobody.
 */
import { attemptsOf, doerOf, type RunAttempt } from "../run-attempts.ts";
import type { RunView } from "../runs-view.ts";
import { defineTable } from "../table.ts";
import { HANDOFF, type HandoffRow } from "./columns.ts";
import { HANDOFF_INDEXES } from "./indexes.ts";

export const runHandoffs = defineTable<RunView, typeof HANDOFF>({
  name: "run_handoffs",
  columns: HANDOFF,
  indexes: HANDOFF_INDEXES,
  spread: handoffRows,
});

export function handoffRows(view: RunView): readonly HandoffRow[] {
  const byTask = Map.groupBy(attemptsOf(view), ({ task }) => task.id);
  return [...byTask.values()].flatMap((attempts) =>
    attempts
      .filter(({ start }, at) => start !== attempts[at - 1]?.start)
      .filter(({ attempt }) => attempt.copied !== true)
      .flatMap((first) => handoffTo(view.run, first, byTask)),
  );
}

/** An attempt that was the last of its start. */
interface Giver {
  readonly one: RunAttempt;
  readonly endedAt: number;
}

function handoffTo(
  run: string,
  receiver: RunAttempt,
  byTask: ReadonlyMap<string, readonly RunAttempt[]>,
): readonly HandoffRow[] {
  const { task, attempt, start } = receiver;
  const givers = task.dependsOn.flatMap((id) => {
    const given = lastBefore(byTask.get(id) ?? [], attempt.startedAt);
    return given === undefined || id === task.id ? [] : [given];
  });
  const [first, ...others] = givers;
  if (first === undefined) return [];
  const { one: giver, endedAt } = others.reduce((a, b) => (b.endedAt > a.endedAt ? b : a), first);
  const [fromAgent, toAgent] = [doerOf(giver), doerOf(receiver)];
  if (fromAgent === toAgent) return [];
  return [
    {
      workflow: run,
      source: "run",
      fromAgent,
      toAgent,
      fromTask: giver.task.id,
      toTask: task.id,
      at: attempt.startedAt,
      gapMs: Math.max(0, attempt.startedAt - endedAt),
      success: successOf(start.status),
      artifacts: giver.task.outputs.length,
    },
  ];
}

/** The last attempt of a task's that had ended by then. */
function lastBefore(attempts: readonly RunAttempt[], at: number): Giver | undefined {
  const one = attempts.findLast(({ endedAt = Number.POSITIVE_INFINITY }) => endedAt <= at);
  return one?.endedAt === undefined ? undefined : { one, endedAt: one.endedAt };
}

function successOf(status: string | undefined): 0 | 1 | null {
  if (status === "COMPLETED") return 1;
  return status === "FAILED" || status === "ERROR" ? 0 : null;
}
