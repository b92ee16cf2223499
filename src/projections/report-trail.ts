/**
 * The audit trail of a run: every start and every attempt of every task, the failed ones too, in
 * the order in which they happened (S0-023).
 */
import type { Section } from "./report-document.ts";
import { iso } from "./report-document.ts";
import type { AttemptView, GateView, RunView, StartView, TaskView } from "./runs-view.ts";

export interface TrailEntry {
  readonly at: number;
  readonly task: string;
  /** 2 and more after restarts. */
  readonly start: number;
  readonly attempt?: number;
  readonly what: string;
  readonly detail: string;
}

/** What happened, in order. What happened in the same millisecond stands in the order of the plan. */
export function trailOf(view: RunView): readonly TrailEntry[] {
  const tasks = view.tasks.flatMap((task, place) =>
    task.starts.length === 0
      ? unstarted(task, place)
      : task.starts.flatMap((start) => started(task, start, place)),
  );
  const gates = view.gates.flatMap((gate) => humans(view, gate));
  const rounds = view.rounds.map(({ at, from, tasks: again }, round): Placed => {
    const detail = `again: ${again.join(", ")}`;
    return { entry: { at, task: from, start: 0, what: "RESTARTED", detail }, rank: [round + 1, 0, 0] };
  });
  return [...tasks, ...gates, ...rounds].toSorted(inOrder).map(({ entry }) => entry);
}

/** The same as a table of a report. */
export function trailSection(view: RunView): Section {
  const rows = trailOf(view).map(({ at, task, start, attempt = null, what, detail }) => {
    return [iso(at), task, start, attempt, what, detail];
  });
  return {
    title: "Audit Trail",
    columns: ["At", "Task", "Start", "Attempt", "What", "Detail"],
    rows,
  };
}

interface Placed {
  readonly entry: TrailEntry;
  /** Restarts of the run before it, wave, place in the plan: who comes first in one millisecond. */
  readonly rank: readonly number[];
}

function inOrder(a: Placed, b: Placed): number {
  const left = [a.entry.at, ...a.rank];
  const right = [b.entry.at, ...b.rank];
  const differs = left.findIndex((value, at) => value !== right[at]);
  return differs === -1 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
}

function started(task: TaskView, start: StartView, place: number): readonly Placed[] {
  const { n, delegatedAt, endedAt, round = 0 } = start;
  const entry = (at: number, what: string, detail: string, attempt?: number): Placed => ({
    entry: { at, task: task.id, start: n, what, detail, ...(attempt !== undefined && { attempt }) },
    rank: [round, task.wave ?? Number.POSITIVE_INFINITY, place, n],
  });
  const whole = start.attempts.at(-1)?.outcome === start.status ? [] : [start.status ?? ""];
  return [
    ...(delegatedAt === undefined ? [] : [entry(delegatedAt, "DELEGATED", task.agent ?? "")]),
    ...start.attempts.flatMap((attempt) => [
      entry(attempt.startedAt, "STARTED", attempt.purpose, attempt.attempt),
      ...(attempt.endedAt === undefined
        ? []
        : [entry(attempt.endedAt, attempt.outcome ?? "ENDED", said(attempt, start), attempt.attempt)]),
    ]),
    ...(endedAt === undefined
      ? []
      : whole.map((status) => entry(endedAt, status, start.summary ?? start.failure?.message ?? ""))),
  ];
}

/** What there is to say of an attempt that ended. */
function said({ outcome, failure, issues = [] }: AttemptView, { summary = "" }: StartView): string {
  if (outcome === "COMPLETED") return summary;
  return [failure === undefined ? "" : `${failure.code}: ${failure.message}`, ...issues]
    .filter((part) => part !== "")
    .join("; ");
}

function unstarted({ id, settled, wave }: TaskView, place: number): readonly Placed[] {
  if (settled === undefined) return [];
  const { at, status, blockedBy, reason, carried } = settled;
  const why = blockedBy === undefined ? reason : `blocked by ${blockedBy}`;
  const detail = carried === undefined ? (why ?? "") : `kept from before: ${carried.summary}`;
  const rank = [0, wave ?? Number.POSITIVE_INFINITY, place, 0];
  return [{ entry: { at, task: id, start: 0, what: status, detail }, rank }];
}

/** What a human was asked, and what humans said. */
function humans(view: RunView, { gate, task, question, askedAt, answer, refused }: GateView): Placed[] {
  const place = view.tasks.findIndex(({ id }) => id === task);
  const known = view.tasks[place];
  const entry = (at: number, what: string, detail: string): Placed => {
    const round = view.rounds.filter((one) => one.at <= at).length;
    const start = known?.starts.findLast(({ delegatedAt = 0 }) => delegatedAt <= at)?.n ?? 0;
    const rank = [round, known?.wave ?? Number.POSITIVE_INFINITY, place, start];
    return { entry: { at, task, start, what, detail }, rank };
  };
  const who = (by: string | undefined): string => (by === undefined ? "" : ` by ${by}`);
  return [
    entry(askedAt, "ASKED", `${gate}: ${question}`),
    ...(answer === undefined
      ? []
      : [entry(answer.at, answer.answer.toUpperCase(), `${gate}${who(answer.by)}`)]),
    ...refused.map(({ at, by, answer: late }) =>
      entry(at, "REFUSED", `${gate}: ${late}${who(by)} came too late`),
    ),
  ];
}
