/**
 * Which tasks may start, and what an end means for those behind it.
 *
 * - A task starts when all it depends on are COMPLETED, and fewer than `concurrency` run;
 *   among those that may: by wave, then priority, then plan order.
 * - One with `when` looks at its condition as soon as all it depends on are over, well or not.
 * - What cannot start any more is SKIPPED at once, and says which task was in its way: the one
 *   that failed, not one skipped in between.
 * - The order in which tasks end changes no outcome, but for the blocker that is named where
 *   several blocked, and for what `any` and `quorum` call off.
 */
import { entryOf } from "../../events/entry.ts";
import { isTrue } from "../../events/condition.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import { ended, entryAt, withEntry, withPlace, type Entry } from "./board.ts";
import { openGate } from "./asking.ts";
import { graphOf } from "./graph.ts";
import { delegated } from "./said.ts";
import { openBranches, upstreamsOf } from "./run.ts";
import type { Turn } from "./turn.ts";

/** How a task ends that never ran. */
export function unrun(
  status: TaskOutcome["status"],
  why: Pick<TaskOutcome, "blockedBy" | "reason" | "failure">,
): TaskOutcome {
  return { status, attempts: 0, exitCode: null, durationMs: 0, summary: "", ...why };
}

/** A task, and how it is over. */
interface Ending {
  readonly at: number;
  readonly outcome: TaskOutcome;
}

/** Looks at tasks that are new on the board; what they depend on may be over already. */
export function arriveAll(turn: Turn, fresh: readonly number[]): void {
  const { plan } = turn.context;
  const { index } = graphOf(plan.tasks);
  const over = fresh.flatMap((at) =>
    (plan.tasks[at]?.dependsOn ?? []).flatMap((id) => {
      const outcome = entryAt(turn.board, index.get(id) ?? -1)?.outcome;
      return outcome === undefined ? [] : [{ at, before: { id, outcome } }];
    }),
  );
  for (const at of fresh) if (plan.tasks[at]?.dependsOn.length === 0) endAll(turn, arrive(turn, at));
  for (const { at, before } of over) endAll(turn, reach(turn, at, before));
}

function endAll(turn: Turn, endings: readonly Ending[]): void {
  for (const { at, outcome } of endings) end(turn, at, outcome);
}

/**
 * Nothing is in the way of a task any more: it may start, or a human is asked first.
 *
 * @returns how it is over, if it must not start, or need not.
 */
function arrive(turn: Turn, at: number): readonly Ending[] {
  const { plan, carried } = turn.context;
  const task = plan.tasks[at];
  if (task === undefined || entryAt(turn.board, at)?.status !== "PENDING") return [];
  const outcome = entryOf(carried, task.id) ?? objection(turn, at, task.when);
  if (outcome !== undefined) return [{ at, outcome }];
  if (task.approval.includes("before"))
    openGate(turn, at, "before", `Start "${task.title ?? task.id}"?`);
  else makeReady(turn, at);
  return [];
}

/** What the condition of a task has against it. */
function objection(turn: Turn, at: number, when?: string): TaskOutcome | undefined {
  if (when === undefined) return undefined;
  const { context } = turn;
  const { dependsOn = [] } = context.plan.tasks[at] ?? {};
  const upstream = upstreamsOf(context, dependsOn);
  const truth = isTrue(when, upstream);
  if (truth.type === "true") return undefined;
  if (truth.type === "false") return unrun("SKIPPED", { reason: `not so: ${when}` });
  const all = Object.values(upstream).every(({ status }) => status === "COMPLETED");
  const message = `"${when}" cannot be answered: ${truth.why}`;
  // without the results that it asks for, it is not true; with them, it asks for the wrong thing
  return all
    ? unrun("FAILED", { failure: { code: "WHEN_FAILED", message } })
    : unrun("SKIPPED", { reason: message });
}

/** A task only waits for a free place. */
export function makeReady(turn: Turn, at: number): void {
  const { rank } = graphOf(turn.context.plan.tasks);
  const { ready } = turn.board;
  const place = ready.findIndex((other) => (rank[other] ?? 0) > (rank[at] ?? 0));
  turn.board = {
    ...turn.board,
    ready: ready.toSpliced(place === -1 ? ready.length : place, 0, at),
  };
}

/** Starts what may start. */
export function dispatch(turn: Turn): void {
  const { plan, paused, reason, undoing } = turn.context;
  if (paused !== "no" || (reason !== undefined && undoing === undefined)) return;
  const free = Math.max(0, plan.concurrency - turn.board.running);
  const chosen = turn.board.ready.slice(0, free);
  if (chosen.length === 0) return;
  turn.board = { ...turn.board, ready: turn.board.ready.slice(chosen.length) };
  for (const at of chosen) {
    const task = plan.tasks[at];
    if (task === undefined) continue;
    const entry = entryAt(turn.board, at);
    turn.board = withPlace(withEntry(turn.board, at, { status: "RUNNING", alive: true }), at, true);
    if (entry?.alive === true) {
      resume(turn, task.id, entry);
      continue;
    }
    turn.say(delegated(turn.context, at, task));
    turn.starts.push(task.id);
  }
}

/** A human has mended what a task waits for, or agreed to a fix: it goes on. */
function resume(turn: Turn, id: string, { gates, resumes: kind = "escalation" }: Entry): void {
  const answer = gates?.[kind]?.answers.at(-1);
  turn.tell(id, { type: "ANSWER", kind, granted: true, ...answer });
}

/** A task is over: frees or skips those behind it. Once per task. */
export function end(turn: Turn, first: number, outcome: TaskOutcome): void {
  const queue: Ending[] = [{ at: first, outcome }];
  for (const ending of queue) {
    const id = turn.context.plan.tasks[ending.at]?.id;
    const entry = entryAt(turn.board, ending.at);
    if (id === undefined || entry === undefined || entry.outcome !== undefined) continue;
    if (entry.alive === true) turn.stops.push(id);
    close(turn, id, ending);
    for (const dependent of graphOf(turn.context.plan.tasks).dependents[ending.at] ?? [])
      queue.push(...reach(turn, dependent, { id, outcome: ending.outcome }));
  }
}

function close(turn: Turn, id: string, { at, outcome }: Ending): void {
  turn.board = ended(turn.board, at, outcome, isBad(turn, outcome));
  for (const branch of openBranches(turn.context, id)) turn.tell(branch, { type: "CANCEL" });
  if (outcome.status === "SKIPPED") saySkipped(turn, id, outcome);
}

/** What the end of a task means for one behind it: it comes nearer, or is over as well. */
function reach(
  turn: Turn,
  at: number,
  before: { readonly id: string; readonly outcome: TaskOutcome },
): readonly Ending[] {
  const task = turn.context.plan.tasks[at];
  const entry = entryAt(turn.board, at);
  if (task === undefined || entry?.outcome !== undefined) return [];
  if (before.outcome.status !== "COMPLETED" && task.when === undefined) {
    const blockedBy = before.outcome.blockedBy ?? before.id;
    return [{ at, outcome: unrun("SKIPPED", { blockedBy }) }];
  }
  const missing = (entry?.missing ?? 1) - 1;
  turn.board = withEntry(turn.board, at, { missing });
  return missing === 0 ? arrive(turn, at) : [];
}

/** Whether an end counts against its round: a task skipped by its own `when` does not, nor what hangs on it. */
export function isBad(turn: Turn, { status, blockedBy }: TaskOutcome): boolean {
  if (status === "FAILED") return true;
  if (status === "CANCELLED") return !turn.board.round.joined;
  if (blockedBy === undefined) return false;
  const { plan } = turn.context;
  const cause = entryAt(turn.board, graphOf(plan.tasks).index.get(blockedBy) ?? -1)?.outcome;
  return cause !== undefined && cause.status !== "SKIPPED";
}

function saySkipped(turn: Turn, task: string, { blockedBy, reason }: TaskOutcome): void {
  const why = {
    ...(blockedBy !== undefined && { blockedBy }),
    ...(reason !== undefined && { reason }),
  };
  turn.say({ type: "task.skipped", v: 1, data: { task, ...why } });
}
