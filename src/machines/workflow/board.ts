/**
 * Where the tasks of a plan stand, and what may start next. Pure folds; the workflow machine
 * turns what they answer into messages.
 *
 * - A task starts when all it depends on are COMPLETED and fewer than `concurrency` run;
 *   among those that may, in plan order.
 * - What cannot start any more, because a task before it did not complete, is SKIPPED at
 *   once, and says which task that was: the one that failed, not one skipped in between.
 * - The order in which tasks end changes no outcome, but for the one named as the blocker
 *   where several blocked.
 * - A step costs what it changes, not what the plan holds (A13).
 */
import type { Counts } from "../events/facts/workflow.ts";
import type { TaskOutcome, TaskStatus } from "../events/facts/task.ts";
import type { Plan } from "../events/plan/plan.ts";
import { itemAt, tableOf, withItem, type Table } from "./table.ts";

/** One task as its workflow sees it. */
export interface Entry {
  readonly status: TaskStatus;
  /** How many of the tasks it depends on are not COMPLETED yet. */
  readonly missing: number;
  readonly blockedBy?: string;
  /** There once its actor has ended. */
  readonly outcome?: TaskOutcome;
}

export interface Board {
  /** By index in the plan. */
  readonly tasks: Table<Entry>;
  /** Indexes of the tasks that only wait for a free place, in plan order. */
  readonly ready: readonly number[];
  readonly running: number;
  /** Tasks whose actors have not ended. */
  readonly open: number;
  readonly counts: Counts;
}

/** A board, and the tasks that its step starts or skips. */
export interface Move {
  readonly board: Board;
  readonly start: readonly string[];
  readonly skip: readonly { readonly task: string; readonly blockedBy: string }[];
}

/** The board before anything has started. */
export function newBoard(plan: Plan): Board {
  const total = plan.tasks.length;
  return {
    tasks: tableOf(
      plan.tasks.map(({ dependsOn }) => ({ status: "PENDING", missing: dependsOn.length })),
    ),
    ready: plan.tasks.flatMap(({ dependsOn }, at) => (dependsOn.length === 0 ? [at] : [])),
    running: 0,
    open: total,
    counts: { total, completed: 0, failed: 0, cancelled: 0, skipped: 0 },
  };
}

/** Starts what may start. */
export function startReady(plan: Plan, board: Board): Move {
  const free = Math.max(0, plan.concurrency - board.running);
  const chosen = board.ready.slice(0, free);
  let { tasks } = board;
  for (const at of chosen) tasks = changed(tasks, at, { status: "RUNNING" });
  const running = board.running + chosen.length;
  return {
    board: { ...board, tasks, running, ready: board.ready.slice(chosen.length) },
    start: chosen.map((at) => plan.tasks[at]?.id ?? ""),
    skip: [],
  };
}

/** A task's actor has ended: takes it in, frees or skips its dependents. Once per task; starts nothing. */
export function endTask(plan: Plan, board: Board, id: string, outcome: TaskOutcome): Move {
  const { index, dependents } = graphOf(plan);
  const at = index.get(id) ?? -1;
  const entry = itemAt(board.tasks, at);
  if (entry === undefined || entry.outcome !== undefined) return { board, start: [], skip: [] };
  const ended: Board = {
    ...board,
    tasks: changed(board.tasks, at, { status: outcome.status, outcome }),
    ready: board.ready.includes(at) ? board.ready.filter((other) => other !== at) : board.ready,
    running: board.running - (entry.status === "RUNNING" ? 1 : 0),
    open: board.open - 1,
    counts: counted(board.counts, outcome.status),
  };
  const next = dependents[at] ?? [];
  if (outcome.status === "COMPLETED") return { board: freed(ended, next), start: [], skip: [] };
  return blocked(plan, ended, next, id);
}

/** The ids of the tasks whose actors have not ended. */
export function openTasks(plan: Plan, board: Board): readonly string[] {
  return plan.tasks.flatMap(({ id }, at) =>
    itemAt(board.tasks, at)?.outcome === undefined ? [id] : [],
  );
}

function freed(board: Board, dependents: readonly number[]): Board {
  let { tasks } = board;
  const now: number[] = [];
  for (const at of dependents) {
    const missing = (itemAt(tasks, at)?.missing ?? 0) - 1;
    tasks = changed(tasks, at, { missing });
    if (missing === 0 && itemAt(tasks, at)?.status === "PENDING") now.push(at);
  }
  const ready = now.length === 0 ? board.ready : [...board.ready, ...now].toSorted((a, b) => a - b);
  return { ...board, tasks, ready };
}

/** Skips all that hangs on a task, however far down. */
function blocked(plan: Plan, board: Board, first: readonly number[], blockedBy: string): Move {
  const { dependents } = graphOf(plan);
  let { tasks } = board;
  const skip: { task: string; blockedBy: string }[] = [];
  const queue = [...first];
  for (const at of queue) {
    if (itemAt(tasks, at)?.status !== "PENDING") continue;
    tasks = changed(tasks, at, { status: "SKIPPED", blockedBy });
    skip.push({ task: plan.tasks[at]?.id ?? "", blockedBy });
    queue.push(...(dependents[at] ?? []));
  }
  return { board: { ...board, tasks }, start: [], skip };
}

function changed(tasks: Table<Entry>, at: number, change: Partial<Entry>): Table<Entry> {
  const entry = itemAt(tasks, at);
  return entry === undefined ? tasks : withItem(tasks, at, { ...entry, ...change });
}

function counted(counts: Counts, status: TaskOutcome["status"]): Counts {
  switch (status) {
    case "COMPLETED":
      return { ...counts, completed: counts.completed + 1 };
    case "FAILED":
      return { ...counts, failed: counts.failed + 1 };
    case "CANCELLED":
      return { ...counts, cancelled: counts.cancelled + 1 };
    case "SKIPPED":
      return { ...counts, skipped: counts.skipped + 1 };
  }
}

interface Graph {
  readonly index: ReadonlyMap<string, number>;
  /** By index: who depends on it directly, in plan order. */
  readonly dependents: readonly (readonly number[])[];
}

/** Derived from the plan alone, so remembering it changes nothing. */
const graphs = new WeakMap<Plan, Graph>();

function graphOf(plan: Plan): Graph {
  const known = graphs.get(plan);
  if (known !== undefined) return known;
  const index = new Map(plan.tasks.map(({ id }, at) => [id, at]));
  const dependents = plan.tasks.map((): number[] => []);
  plan.tasks.forEach(({ dependsOn }, at) => {
    for (const id of dependsOn) dependents[index.get(id) ?? -1]?.push(at);
  });
  const graph = { index, dependents };
  graphs.set(plan, graph);
  return graph;
}
