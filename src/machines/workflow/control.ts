/**
 * What a workflow does about each thing that it is told: a turn per event. Pure.
 */
import { entryOf } from "../../events/entry.ts";
import type { WorkflowCommand } from "../../events/commands.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import type { WorkflowOutcome } from "../../events/facts/workflow.ts";
import type { TaskMessage } from "../task/messages.ts";
import { gateNamed, openGate } from "./asking.ts";
import { begin, restarted } from "./begin.ts";
import { entriesWhere, entryAt } from "./board.ts";
import { endBranch, openBranch } from "./branches.ts";
import { answerGate } from "./gates.ts";
import { wentWell } from "./patterns.ts";
import { faultOfGenerated } from "./patterns/dynamic.ts";
import { indexOf, isAlive, openBranches, taskOf, upstreamOf, type WorkflowContext } from "./run.ts";
import { end, unrun } from "./scheduling.ts";
import { cancelRest, settle } from "./settle.ts";
import { alerted, compensationOf, outcomesOf } from "./said.ts";
import { Turn } from "./turn.ts";

type Command<T extends WorkflowCommand["type"]> = Extract<WorkflowCommand, { type: T }>;

/** The run begins, or goes on after a pause. */
export function goOn(context: WorkflowContext): Turn {
  const { paused, later } = context;
  const turn = new Turn({ ...context, paused: "no", later: [] });
  begin(turn);
  if (paused !== "no") turn.say({ type: "workflow.resumed", v: 1, data: {} });
  if (paused === "hard") for (const id of atWork(context)) turn.tell(id, { type: "RELEASE" });
  for (const one of later)
    if (!isAlive(context, taskOf(one))) continue;
    else if (one.type === "branch") openBranch(turn, one.asked);
    else turn.tell(one.task, one.order);
  settle(turn);
  return turn;
}

/** A task or a branch todo is over. */
export function childEnded(context: WorkflowContext, id: string, outcome: TaskOutcome): Turn {
  const turn = new Turn(context);
  const at = indexOf(context, id);
  if (entryOf(context.branches, id) !== undefined) endBranch(turn, id, outcome);
  else if (isAlive(context, id)) {
    const its = checked(context, at, outcome);
    if (its !== outcome) turn.say(alerted("warning", "tasks_refused", refusalIn(id, its)));
    end(turn, at, its);
    settle(turn);
    if (turn.board.open > 0 || hasReport(context)) {
      const { counts } = turn.board;
      const data = { task: id, status: its.status, counts };
      turn.facts.unshift({ type: "workflow.progressed", v: 1, data });
    }
  }
  return turn;
}

/** What a generator yields must fit into the plan. */
function checked(context: WorkflowContext, at: number, outcome: TaskOutcome): TaskOutcome {
  const generates = context.plan.tasks[at]?.added?.purpose === "generate";
  if (!generates || outcome.status !== "COMPLETED") return outcome;
  const failure = faultOfGenerated(context, outcome.data);
  if (failure === undefined) return outcome;
  const { data: _, ...rest } = outcome;
  return { ...rest, status: "FAILED", failure };
}

/** The task itself has said that it completed, so nothing else tells why the run fails. */
function refusalIn(id: string, { failure }: TaskOutcome): string {
  return `the tasks that ${id} yields are refused: ${failure?.message}`;
}

/** A task wants something of its workflow. Of one that is over: nothing any more. */
export function taskSaid(context: WorkflowContext, message: TaskMessage): Turn {
  const turn = new Turn(context);
  const { task } = message;
  if (context.reason !== undefined || !isAlive(context, task) || isAnswered(context, message))
    return turn;
  if (message.type === "TASK_BROKE") openBranch(turn, message);
  else {
    openGate(turn, indexOf(context, task), message.kind, message.question);
    settle(turn);
  }
  return turn;
}

/** Whether what it wants is under way already. */
function isAnswered(context: WorkflowContext, message: TaskMessage): boolean {
  const { task } = message;
  if (message.type === "TASK_BROKE")
    return (
      openBranches(context, task).length > 0 ||
      context.later.some((one) => one.type === "branch" && taskOf(one) === task)
    );
  const { gates } = entryAt(context.board, indexOf(context, task)) ?? {};
  return gates?.[message.kind]?.open === true;
}

export function answer(context: WorkflowContext, event: Command<"APPROVE" | "DENY">): Turn {
  const turn = new Turn(context);
  const { type, gate, ...who } = event;
  answerGate(turn, gate, { granted: type === "APPROVE", ...who });
  settle(turn);
  return turn;
}

export function canAnswer(context: WorkflowContext, { gate }: Command<"APPROVE" | "DENY">): boolean {
  return gateNamed(context, gate) !== undefined;
}

export function pause(context: WorkflowContext, { hard = false, reason = "" }: Command<"PAUSE">): Turn {
  const turn = new Turn({ ...context, paused: hard ? "hard" : "soft" });
  begin(turn);
  turn.say({ type: "workflow.paused", v: 1, data: { hard, reason } });
  if (hard) for (const id of atWork(context)) turn.tell(id, { type: "HOLD" });
  settle(turn);
  return turn;
}

/** Ids of the tasks and branch todos whose actors run. */
function atWork(context: WorkflowContext): readonly string[] {
  const { plan, board } = context;
  const tasks = entriesWhere(board, ({ alive }) => alive === true);
  return [...tasks.flatMap((at) => plan.tasks[at]?.id ?? []), ...openBranches(context)];
}

export function cancel(context: WorkflowContext, { task, reason = "" }: Command<"CANCEL">): Turn {
  if (task !== undefined) return cancelOne(context, task, reason);
  const turn = new Turn({ ...context, paused: "no", later: [], reason });
  begin(turn);
  // what undoes things must not be stopped halfway
  if (context.undoing === undefined) cancelRest(turn, reason);
  else if (context.paused === "hard")
    for (const id of atWork(context)) turn.tell(id, { type: "RELEASE" });
  settle(turn);
  return turn;
}

function cancelOne(context: WorkflowContext, task: string, reason: string): Turn {
  const turn = new Turn(context);
  const at = indexOf(context, task);
  if (isAlive(context, task)) {
    turn.tell(task, { type: "CANCEL", reason });
    return turn;
  }
  turn.say({ type: "tasks.cancelled", v: 1, data: { tasks: [task], reason } });
  end(turn, at, unrun("CANCELLED", { reason }));
  settle(turn);
  return turn;
}

/** Whether there is something to cancel: the run, or a task of it that is not over. */
export function canCancel(context: WorkflowContext, { task }: Command<"CANCEL">): boolean {
  if (task === undefined)
    return context.reason === undefined && (context.paused !== "no" || verdict(context) === undefined);
  const entry = entryAt(context.board, indexOf(context, task));
  return context.begun && entry !== undefined && entry.outcome === undefined;
}

export function restart(context: WorkflowContext, { from }: Command<"RESTART">): Turn {
  const turn = restarted(context, from);
  settle(turn);
  return turn;
}

export function canRestart(context: WorkflowContext, { from }: Command<"RESTART">): boolean {
  return context.undoing === undefined && indexOf(context, from) !== -1;
}

/** Keeps a copy of what was made so far. */
export function checkpoint(context: WorkflowContext, { name }: Command<"CHECKPOINT">): Turn {
  const { plan, board, place, keeping, kept } = context;
  const turn = new Turn({ ...context, keeping: keeping + 1, kept: kept + 1 });
  const done = entriesWhere(board, ({ status }) => status === "COMPLETED").flatMap(
    (at) => plan.tasks[at] ?? [],
  );
  const outputs = done.flatMap((task) => task.outputs);
  turn.say({ type: "workflow.checkpointed", v: 1, data: { name, outputs } });
  turn.copies.push({
    id: `_keep-${kept + 1}`,
    input: {
      name,
      artifacts: place.artifacts,
      outputs: done.flatMap(({ id }) => upstreamOf(context, id)?.outputs ?? []),
    },
  });
  return turn;
}

/** A copy is made, or could not be. */
export function copied(context: WorkflowContext, id: string, error?: string): Turn {
  const turn = new Turn({ ...context, keeping: context.keeping - 1 });
  turn.stops.push(id);
  if (error !== undefined) turn.say(alerted("warning", "checkpoint_failed", error));
  return turn;
}

/** How the run ended, once nothing of it runs any more. */
export function verdict(context: WorkflowContext): WorkflowOutcome["status"] | undefined {
  const { board, begun, reason, undoing, keeping } = context;
  if (!begun || board.open > 0 || keeping > 0 || openBranches(context).length > 0) return undefined;
  if (reason !== undefined) return "CANCELLED";
  return undoing === undefined && wentWell(context) ? "COMPLETED" : "FAILED";
}

/** How the run ended: its output. */
export function outcomeOf(context: WorkflowContext): WorkflowOutcome {
  const compensation = compensationOf(context);
  const { belowTarget } = context;
  return {
    status: verdict(context) ?? "FAILED",
    name: context.plan.name,
    tasks: outcomesOf(context),
    ...(compensation !== undefined && { compensation }),
    ...(belowTarget !== undefined && { belowTarget }),
  };
}

/** Whether its pattern asks for a report. */
export function hasReport({ plan }: WorkflowContext): boolean {
  return plan.pattern !== "graph";
}
