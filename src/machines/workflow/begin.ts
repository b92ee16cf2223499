/** How a run begins, and begins again from one of its tasks. */
import type { WorkflowInput } from "../../events/commands.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import { tableOf } from "../table.ts";
import { closedGates, entryAt, newBoard, type Board, type Entry } from "./board.ts";
import { behind, graphOf } from "./graph.ts";
import { shaped } from "./patterns.ts";
import { openBranches, type WorkflowContext } from "./run.ts";
import { arriveFrom } from "./scheduling.ts";
import { started } from "./said.ts";
import { Turn } from "./turn.ts";

export function newRun(input: WorkflowInput): WorkflowContext {
  const { plan: given, restarts, carried = {}, ...place } = input;
  const plan = shaped(given, place.run);
  return {
    place,
    ...(restarts !== undefined && { restarts }),
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
  arriveFrom(turn, 0);
}

/**
 * Starts over from a task on: that one, what rests on it, and whatever came in a later round.
 * What completed elsewhere counts as it is; what runs elsewhere runs on.
 */
export function restarted(context: WorkflowContext, from: string): Turn {
  const again = againFrom(context, from);
  const { plan, own, board } = context;
  const carried: Record<string, TaskOutcome> = { ...context.carried };
  const alive = new Map<string, Entry>();
  const stops: string[] = [];
  plan.tasks.forEach(({ id }, at) => {
    const entry = entryAt(board, at);
    delete carried[id];
    if (again.has(id)) {
      if (entry?.alive === true) stops.push(id, ...openBranches(context, id));
    } else if (entry?.alive === true) alive.set(id, entry);
    else if (entry?.outcome?.status === "COMPLETED") carried[id] = entry.outcome;
  });
  const tasks = plan.tasks.slice(0, own);
  const turn = new Turn({ ...forgot(context, again), plan: { ...plan, tasks }, carried }, alive);
  turn.board = withOldGates(newBoard(tasks), board);
  turn.stops.push(...stops);
  turn.say({ type: "workflow.restarted", v: 1, data: { from, tasks: [...again] } });
  if (context.begun) arriveFrom(turn, 0);
  return turn;
}

/** Ids of the tasks that a restart does again. */
function againFrom({ plan }: WorkflowContext, from: string): ReadonlySet<string> {
  const graph = graphOf(plan.tasks);
  const at = graph.index.get(from) ?? -1;
  const roundOf = (other: number): number => plan.tasks[other]?.added?.round ?? 0;
  const later = plan.tasks.flatMap((_, other) => (roundOf(other) > roundOf(at) ? [other] : []));
  const all = [at, ...behind(graph, at), ...later];
  return new Set(all.flatMap((other) => plan.tasks[other]?.id ?? []));
}

/** Without what waits for, or mends, tasks that start over. */
function forgot(context: WorkflowContext, again: ReadonlySet<string>): WorkflowContext {
  const branches = Object.entries(context.branches).map(
    ([id, branch]) => [id, again.has(branch.task) ? { ...branch, open: false } : branch] as const,
  );
  const later = context.later.filter(
    (one) => !again.has(one.type === "order" ? one.task : one.asked.task),
  );
  return { ...context, branches: Object.fromEntries(branches), later };
}

/** So that an answer to an earlier asking never counts for a later one. */
function withOldGates(board: Board, old: Board): Board {
  return {
    ...board,
    tasks: tableOf(
      board.tasks.flat().map((entry, at) => ({ ...entry, ...closedGates(entryAt(old, at) ?? {}) })),
    ),
  };
}
