/**
 * Where the tasks of a run stand. Plain data; a step changes one entry of many and shares the
 * rest (A13).
 */
import type { GateKind } from "../../events/facts/workflow.ts";
import type { Counts } from "../../events/facts/workflow.ts";
import type { TaskOutcome, TaskStatus } from "../../events/facts/task.ts";
import type { PlanTask } from "../../events/plan/task.ts";
import { itemAt, tableOf, withItem, type Table } from "../table.ts";

/** What a human said. */
export interface Answer {
  readonly granted: boolean;
  readonly by?: string | undefined;
  readonly comment?: string | undefined;
}

/** One question about a task, however often it is asked. */
export interface Gate {
  /** By asking: the answer; null while, or because, there is none. */
  readonly answers: readonly (Answer | null)[];
  /** Whether the last asking waits for its answer. */
  readonly open: boolean;
}

/** One task as its workflow sees it. */
export interface Entry {
  readonly status: TaskStatus;
  /** How many of the tasks it depends on are still in its way. */
  readonly missing: number;
  /** Its actor runs. */
  readonly alive?: true;
  /** It takes a place among those that run at once: it does not wait for a human. */
  readonly busy?: true;
  readonly gates?: Partial<Readonly<Record<GateKind, Gate>>>;
  /** The answer that makes it work again, once there is a place. */
  readonly resumes?: "escalation" | "fix";
  /** Once it is over. */
  readonly outcome?: TaskOutcome;
  /** How many had completed when it did. */
  readonly nth?: number;
}

/** The tasks that were added last, which end together. */
export interface Round {
  /** Index of the first of them; the last is the last of all. */
  readonly first: number;
  readonly completed: number;
  /** Failed, cancelled, or skipped because of such a one. */
  readonly bad: number;
  /** Enough of them completed: the rest was called off. */
  readonly joined: boolean;
}

export interface Board {
  /** By index in the plan. */
  readonly tasks: Table<Entry>;
  /** Indexes of the tasks that only wait for a free place, the next first. */
  readonly ready: readonly number[];
  /** How many take a place. */
  readonly running: number;
  /** Tasks that are not over. */
  readonly open: number;
  readonly counts: Counts;
  readonly round: Round;
}

/** The board before anything has started. */
export function newBoard(tasks: readonly PlanTask[]): Board {
  return {
    tasks: tableOf(tasks.map(newEntry)),
    ready: [],
    running: 0,
    open: tasks.length,
    counts: { total: tasks.length, completed: 0, failed: 0, cancelled: 0, skipped: 0 },
    round: newRound(0),
  };
}

/** The board with further tasks behind the ones that it has: a new round. */
export function grownBoard(board: Board, tasks: readonly PlanTask[]): Board {
  const total = board.counts.total + tasks.length;
  return {
    ...board,
    tasks: tableOf([...board.tasks.flat(), ...tasks.map(newEntry)]),
    open: board.open + tasks.length,
    counts: { ...board.counts, total },
    round: newRound(board.counts.total),
  };
}

export function entryAt(board: Board, at: number): Entry | undefined {
  return itemAt(board.tasks, at);
}

/** The board with one entry changed. */
export function withEntry(board: Board, at: number, change: Partial<Entry>): Board {
  const entry = itemAt(board.tasks, at);
  return entry === undefined
    ? board
    : { ...board, tasks: withItem(board.tasks, at, { ...entry, ...change }) };
}

/** An entry that gives its place back, or takes one. */
export function withPlace(board: Board, at: number, busy: boolean): Board {
  const entry = itemAt(board.tasks, at);
  if (entry === undefined || (entry.busy === true) === busy) return board;
  const { busy: _, ...rest } = entry;
  const next: Entry = busy ? { ...rest, busy: true } : rest;
  return {
    ...board,
    tasks: withItem(board.tasks, at, next),
    running: board.running + (busy ? 1 : -1),
  };
}

/** The board with a task over. */
export function ended(board: Board, at: number, outcome: TaskOutcome, bad: boolean): Board {
  const { counts, round } = board;
  const { status } = outcome;
  const nth = status === "COMPLETED" ? { nth: counts.completed + 1 } : {};
  const closed = withPlace(board, at, false);
  const { alive: _, ...entry }: Entry = entryAt(closed, at) ?? { status, missing: 0 };
  return {
    ...closed,
    tasks: withItem(closed.tasks, at, { ...entry, status, outcome, ...nth, ...closedGates(entry) }),
    ready: board.ready.includes(at) ? board.ready.filter((other) => other !== at) : board.ready,
    open: board.open - 1,
    counts: { ...counts, [COUNTED[status]]: counts[COUNTED[status]] + 1 },
    round: {
      ...round,
      completed: round.completed + (status === "COMPLETED" ? 1 : 0),
      bad: round.bad + (bad ? 1 : 0),
    },
  };
}

/** Questions about a task that nobody needs an answer to any more. */
export function closedGates({ gates }: Pick<Entry, "gates">): Pick<Entry, "gates"> {
  if (gates === undefined) return {};
  return {
    gates: Object.fromEntries(
      Object.entries(gates).map(([kind, gate]) => [kind, { ...gate, open: false }]),
    ),
  };
}

/** Indexes of the entries that a test finds, in plan order. */
export function entriesWhere(board: Board, test: (entry: Entry) => boolean): readonly number[] {
  return board.tasks.flat().flatMap((entry, at) => (test(entry) ? [at] : []));
}

/** Under which count an end falls. */
export const COUNTED = {
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  SKIPPED: "skipped",
} as const;

export function newEntry({ dependsOn }: PlanTask): Entry {
  return { status: "PENDING", missing: dependsOn.length };
}

function newRound(first: number): Round {
  return { first, completed: 0, bad: 0, joined: false };
}
