/** How a run begins, and begins again from one of its tasks. */
import type { WorkflowInput } from "../../events/commands.ts";
import { tableOf } from "../table.ts";
import {
  closedGates,
  COUNTED,
  entryAt,
  newBoard,
  newEntry,
  type Board,
  type Entry,
  type Round,
} from "./board.ts";
import { behind, graphOf } from "./graph.ts";
import { shaped } from "./patterns.ts";
import { indexOf, openBranches, taskOf, type PlannedTask, type WorkflowContext } from "./run.ts";
import { arriveAll, isBad } from "./scheduling.ts";
import { started } from "./said.ts";
import { Turn } from "./turn.ts";

export function newRun(input: WorkflowInput): WorkflowContext {
  const { plan: given, restarts, agents, actors = [], carried = {}, ...place } = input;
  const plan = shaped(given, place.run);
  return {
    place,
    ...(restarts !== undefined && { restarts }),
    ...(agents !== undefined && { agents }),
    ...(actors.length > 0 && { actors }),
    plan,
    own: plan.tasks.length,
    board: newBoard(plan.tasks),
    branches: {},
    carried,
    begun: false,
    paused: "no",
    later: [],
    keeping: 0,
    kept: 0,
  };
}

/** The first step: all that nothing is in the way of may start. */
export function begin(turn: Turn): void {
  if (turn.context.begun) return;
  turn.change({ begun: true });
  turn.say(started(turn.context));
  arriveAll(turn, [...turn.context.plan.tasks.keys()]);
}

/**
 * Starts over from a task on: that one, what rests on it or was skipped because of it, and
 * whatever came in a later round. All else stays as it is: what is over counts as it ended,
 * what runs or waits goes on.
 */
export function restarted(context: WorkflowContext, from: string): Turn {
  const again = againFrom(context, from);
  const { plan, board } = context;
  const ids = new Set(again.flatMap((at) => plan.tasks[at]?.id ?? []));
  const tasks = plan.tasks.slice(0, endOfRound(plan.tasks, indexOf(context, from)));
  const carried = Object.entries(context.carried).filter(([id]) => !ids.has(id));
  const turn = new Turn({
    ...forgot(context, ids),
    plan: tasks.length === plan.tasks.length ? plan : { ...plan, tasks },
    carried: Object.fromEntries(carried),
  });
  const fresh = again.filter((at) => at < tasks.length);
  turn.board = boardAgain(board, tasks, new Set(fresh));
  turn.board = { ...turn.board, round: roundAgain(turn) };
  for (const at of again)
    if (entryAt(board, at)?.alive === true) {
      const id = plan.tasks[at]?.id ?? "";
      turn.stops.push(id, ...openBranches(context, id));
    }
  turn.say({ type: "workflow.restarted", v: 1, data: { from, tasks: [...ids] } });
  arriveAll(turn, fresh);
  return turn;
}

/** Indexes of the tasks that a restart does again, in plan order. */
function againFrom({ plan, board }: WorkflowContext, from: string): readonly number[] {
  const graph = graphOf(plan.tasks);
  const at = graph.index.get(from) ?? -1;
  const end = endOfRound(plan.tasks, at);
  const again = new Set([at, ...behind(graph, at)]);
  const because = new Set([...again].flatMap((other) => plan.tasks[other]?.id ?? []));
  plan.tasks.forEach((_, other) => {
    const { blockedBy = "" } = entryAt(board, other)?.outcome ?? {};
    if (other >= end) again.add(other);
    else if (because.has(blockedBy)) for (const one of [other, ...behind(graph, other)]) again.add(one);
  });
  return [...again].toSorted((a, b) => a - b);
}

/** The index behind the last task of the round of a task. */
function endOfRound(tasks: readonly PlannedTask[], at: number): number {
  const round = roundOf(tasks[at]);
  const end = tasks.findIndex((task) => roundOf(task) > round);
  return end === -1 ? tasks.length : end;
}

function roundOf(task: PlannedTask | undefined): number {
  return task?.added?.round ?? 0;
}

/** The board with some tasks as if they had never been; others completed in the order in which they did. */
function boardAgain(board: Board, tasks: readonly PlannedTask[], fresh: ReadonlySet<number>): Board {
  const blank = newBoard(tasks);
  const kept = tasks.flatMap((_, at) => (fresh.has(at) ? [] : (entryAt(board, at) ?? [])));
  const order = kept.flatMap(({ nth }) => nth ?? []).toSorted((a, b) => a - b);
  const counts = { ...blank.counts };
  for (const { outcome } of kept) if (outcome !== undefined) counts[COUNTED[outcome.status]] += 1;
  const entries = tasks.map((task, at): Entry => {
    const entry = entryAt(board, at) ?? { status: "PENDING", missing: 0 };
    // so that an answer to an earlier asking never counts for a later one
    if (fresh.has(at)) return { ...newEntry(task), ...closedGates(entry) };
    return entry.nth === undefined ? entry : { ...entry, nth: order.indexOf(entry.nth) + 1 };
  });
  return {
    ...blank,
    tasks: tableOf(entries),
    ready: board.ready.filter((at) => at < tasks.length && !fresh.has(at)),
    running: kept.filter(({ busy }) => busy === true).length,
    open: tasks.length - kept.filter(({ outcome }) => outcome !== undefined).length,
    counts,
  };
}

/** What of the last round stays. */
function roundAgain(turn: Turn): Round {
  const { tasks } = turn.context.plan;
  const last = roundOf(tasks.at(-1));
  const first = tasks.findIndex((task) => roundOf(task) === last);
  const outcomes = tasks.flatMap((_, at) =>
    at < first ? [] : (entryAt(turn.board, at)?.outcome ?? []),
  );
  return {
    first: Math.max(0, first),
    completed: outcomes.filter(({ status }) => status === "COMPLETED").length,
    bad: outcomes.filter((outcome) => isBad(turn, outcome)).length,
    joined: false,
  };
}

/** Without what waits for, or mends, tasks that start over. */
function forgot(context: WorkflowContext, again: ReadonlySet<string>): WorkflowContext {
  const branches = Object.entries(context.branches).map(
    ([id, branch]) => [id, again.has(branch.task) ? { ...branch, open: false } : branch] as const,
  );
  const later = context.later.filter((one) => !again.has(taskOf(one)));
  return { ...context, branches: Object.fromEntries(branches), later };
}
