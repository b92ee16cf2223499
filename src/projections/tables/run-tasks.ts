/** Tasks of runs as tables: how they stand, and how long they were in which state. */
import { stayOf } from "../runs-stays.ts";
import type { GateView } from "../runs-gates.ts";
import { isOver, type RunView, type StartView, type TaskView } from "../runs-view.ts";
import { defineTable } from "../table.ts";

/** One row per task, as it stands: those of the plan, those that were added, branch todos. */
export const tasksTable = defineTable({
  name: "tasks",
  columns: {
    run: "text",
    task: "text",
    title: "text",
    /** Null where it has a command of its own. */
    agent: "text",
    status: "text",
    /** Of a WAITING one: `retry`, `healing`, `approval`, `branch`, `held`. */
    waitsFor: "text",
    /** 1 for tasks that depend on nothing. */
    wave: "integer",
    /** JSON list of ids. */
    dependsOn: "text",
    /** Of the present start. */
    attempts: "integer",
    /** How often what a crash or a stop had cut short was started again, in the present start. */
    restarts: "integer",
    /** How often a gate sent it back, in the present start. */
    reworks: "integer",
    /** How often it was started: more than 1 after restarts of the run. */
    starts: "integer",
    /** Of a branch todo: what it mends. */
    parent: "text",
    /** Whether it does not stand in the plan. */
    added: "integer",
    estimateMs: "integer",
    /** Of the last attempt that ended. */
    durationMs: "integer",
    delegatedAt: "integer",
    /** When the present or last attempt began. */
    startedAt: "integer",
    endedAt: "integer",
    summary: "text",
    /** Code of its failure. */
    failure: "text",
    /** Why it was cancelled or skipped. */
    reason: "text",
    /** The task that a skipped one would have needed. */
    blockedBy: "text",
    /** Whether it ended in the run that this one is a fork of. */
    copied: "integer",
  },
  indexes: [["run"], ["status"], ["agent", "status"]],
  // pass rate by role; what a fork tells again counts in the run where it happened
  totals: [
    {
      name: "task_totals",
      by: { agent: "text", status: "text" },
      sums: [],
      of: ({ agent, status, copied }) => (copied === 1 ? undefined : { agent, status }),
    },
  ],
  spread: (view: RunView) => view.tasks.map((task) => ({ run: view.run, ...taskCells(task) })),
});

function taskCells(task: TaskView) {
  return { ...standingCells(task), ...timeCells(task), ...reasonCells(task) };
}

function standingCells(task: TaskView) {
  return {
    task: task.id,
    title: task.title,
    agent: task.agent ?? null,
    status: task.status,
    waitsFor: task.waitsFor ?? null,
    wave: task.wave ?? null,
    dependsOn: JSON.stringify(task.dependsOn),
    attempts: task.attempts,
    restarts: task.restarts,
    reworks: task.reworks,
    starts: task.starts.length,
    parent: task.parent ?? null,
    added: task.added === undefined && task.parent === undefined ? 0 : 1,
  };
}

function timeCells({ estimateMs, durationMs, delegatedAt, startedAt, endedAt }: TaskView) {
  return {
    estimateMs: estimateMs ?? null,
    durationMs: durationMs === undefined ? null : Math.round(durationMs),
    delegatedAt: delegatedAt ?? null,
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
  };
}

function reasonCells({ summary, failure, reason, blockedBy, copied }: TaskView) {
  return {
    summary: summary ?? null,
    failure: failure?.code ?? null,
    reason: reason ?? null,
    blockedBy: blockedBy ?? null,
    copied: copied === true ? 1 : 0,
  };
}

/**
 * One row per start of a task and state that it was in: how long in all. PENDING begins with the
 * run, or with the restart that made the start; a human who is asked before a task starts lets it
 * be WAITING meanwhile. Forks have none: their beginning is another run's. Of a run that is open, the row of the present state says since when: what
 * has passed since then is not in `ms`.
 */
export const dwell = defineTable({
  name: "dwell",
  columns: {
    run: "text",
    task: "text",
    /** 1, and one more with each restart of the run from before it. */
    start: "integer",
    agent: "text",
    /** `PENDING`, `RUNNING`, `WAITING`. */
    state: "text",
    /** Of WAITING: `retry`, `healing`, `approval`, `branch`, `held`. */
    waitsFor: "text",
    ms: "integer",
    /** Null where it is not in that state now. */
    since: "integer",
  },
  indexes: [["run"], ["state", "waitsFor", "ms"]],
  totals: [{ name: "dwell_totals", by: { state: "text", waitsFor: "text" }, sums: ["ms"] }],
  spread(view: RunView) {
    if (view.forkOf !== undefined) return []; // half of it would be the original's
    const gates = Map.groupBy(view.gates, ({ task }) => task);
    return view.tasks.flatMap((task) => {
      const { id, agent = null } = task;
      const asked = gates.get(id) ?? [];
      return task.starts.flatMap((start) =>
        staysOf({ view, task, start, asked }).map(([stay, ms, since]) => {
          const [state = "", waitsFor = null] = stay.split(" ");
          return { run: view.run, task: id, start: start.n, agent, state, waitsFor, ms, since };
        }),
      );
    });
  },
});

type Stay = readonly [stay: string, ms: number, since: number | null];

interface Stayed {
  readonly view: RunView;
  readonly task: TaskView;
  readonly start: StartView;
  /** What humans were asked about the task. */
  readonly asked: readonly GateView[];
}

function staysOf(stayed: Stayed): readonly Stay[] {
  const { view, start } = stayed;
  const { status = "PENDING", waitsFor, since = start.delegatedAt, stays = {} } = start;
  const spent = new Map(Object.entries(stays));
  const bornAt = since && since - [...spent.values()].reduce((a, b) => a + b, 0);
  if (bornAt !== undefined) {
    const from = begins(stayed);
    const asked = askedMs(stayed, from, bornAt);
    add(spent, "PENDING", Math.max(0, bornAt - from - asked));
    if (asked > 0) add(spent, "WAITING approval", asked);
  }
  const now = view.open && !isOver(status) ? stayOf(status, waitsFor) : undefined;
  if (now !== undefined) add(spent, now, 0);
  return Array.from(spent, ([stay, ms]): Stay => [stay, ms, stay === now ? (since ?? null) : null]);
}

function add(spent: Map<string, number>, stay: string, ms: number): void {
  spent.set(stay, (spent.get(stay) ?? 0) + ms);
}

/** From when on it could have been started, but for what it depends on. */
function begins({ view, task, start: { round = 0, delegatedAt } }: Stayed): number {
  if (round > 0) return view.rounds[round - 1]?.at ?? view.startedAt;
  if (task.added !== undefined || task.parent !== undefined) return delegatedAt ?? view.startedAt;
  return view.startedAt;
}

/** How long humans were asked whether this start may begin. */
function askedMs({ asked }: Stayed, from: number, until: number): number {
  return asked.reduce((sum, { kind, askedAt, answer }) => {
    const counts = kind === "before" && askedAt >= from && answer !== undefined && answer.at <= until;
    return counts ? sum + answer.at - askedAt : sum;
  }, 0);
}
