/**
 * What a workflow keeps of its run.
 */
import type { WorkflowInput } from "../../events/commands.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import type { Plan } from "../../events/plan/plan.ts";
import type { PlanTask } from "../../events/plan/task.ts";
import { absolutePath } from "../../events/plan/paths.ts";
import type { Purpose, Upstream } from "../../events/work.ts";
import type { TaskMessage, TaskOrder } from "../task/messages.ts";
import { entryAt, type Board } from "./board.ts";
import { graphOf } from "./graph.ts";

/** What a pattern says of a task that it adds. */
export interface Added {
  readonly purpose: Purpose;
  /** The task whose answer it comes from. */
  readonly by?: string;
  /** Ids of the tasks whose results it gets, beside those that it depends on. */
  readonly sees: readonly string[];
  readonly feedback: readonly string[];
  /** Counts what comes again: syntheses, generations. */
  readonly cycle: number;
  /** 1 for the first tasks that were added, 2 for those behind them. */
  readonly round: number;
  /** The task that it is about: a spoke that it refines, a task that it undoes. */
  readonly about?: string;
}

/** A task of the plan, or one that was added. */
export type PlannedTask = PlanTask & { readonly added?: Added };

/** A plan as its run needs it: shaped by its pattern, with what was added. */
export interface RunPlan extends Omit<Plan, "tasks"> {
  readonly tasks: readonly PlannedTask[];
}

/** Why there is a branch todo: its task broke; or the agent before gives it on. */
export type BranchAsked = Extract<TaskMessage, { type: "TASK_BROKE" }>;

/** A branch todo. */
export interface Branch {
  /** The task that it mends in the end. */
  readonly task: string;
  /** That task, or the branch todo before. */
  readonly parent: string;
  readonly depth: number;
  readonly open: boolean;
  readonly asked: BranchAsked;
}

/** What waits for RESUME. */
export type Later =
  | { readonly type: "order"; readonly task: string; readonly order: TaskOrder }
  | { readonly type: "branch"; readonly asked: BranchAsked };

export interface WorkflowContext {
  readonly place: Pick<WorkflowInput, "run" | "folder" | "artifacts">;
  readonly restarts?: WorkflowInput["restarts"];
  /** Of the host, when the run began; undefined: unknown. */
  readonly agents?: WorkflowInput["agents"];
  /** Those of them that are actors of their own. */
  readonly actors?: WorkflowInput["actors"];
  readonly plan: RunPlan;
  /** How many of the tasks are the author's. */
  readonly own: number;
  readonly board: Board;
  readonly branches: Readonly<Record<string, Branch>>;
  /** What need not be done again, by task id: it counts as soon as its turn comes. */
  readonly carried: Readonly<Record<string, TaskOutcome>>;
  readonly begun: boolean;
  readonly paused: "no" | "soft" | "hard";
  readonly later: readonly Later[];
  /** Why it was cancelled. */
  readonly reason?: string;
  /** A saga: why what was done is undone. */
  readonly undoing?: string;
  /** A hub's best synthesis did not reach its target (T-H3). */
  readonly belowTarget?: boolean;
  /** Copies under way (CHECKPOINT), and how many there were. */
  readonly keeping: number;
  readonly kept: number;
}

/** The index of a task; −1 where there is none. */
export function indexOf({ plan }: Pick<WorkflowContext, "plan">, id: string): number {
  return graphOf(plan.tasks).index.get(id) ?? -1;
}

/** Whether the actor of a task runs. */
export function isAlive(context: Pick<WorkflowContext, "plan" | "board">, id: string): boolean {
  return entryAt(context.board, indexOf(context, id))?.alive === true;
}

/** The task that waits for what is put off. */
export function taskOf(later: Later): string {
  return later.type === "order" ? later.task : later.asked.task;
}

/** What a task left for others; undefined while it is not over. */
export function upstreamOf(context: WorkflowContext, id: string): Upstream | undefined {
  const at = indexOf(context, id);
  const task = context.plan.tasks[at];
  const outcome = entryAt(context.board, at)?.outcome;
  if (task === undefined || outcome === undefined) return undefined;
  const { status, summary, data } = outcome;
  const base = { ...context.place, cwd: task.cwd };
  return {
    status,
    summary,
    ...(data !== undefined && { data }),
    outputs: task.outputs.map((path) => absolutePath(base, path)),
  };
}

/** What several tasks left, by id; those that are not over are left out. */
export function upstreamsOf(
  context: WorkflowContext,
  ids: readonly string[],
): Readonly<Record<string, Upstream>> {
  return Object.fromEntries(
    ids.flatMap((id) => {
      const upstream = upstreamOf(context, id);
      return upstream === undefined ? [] : [[id, upstream]];
    }),
  );
}

/** Ids of the branch todos that are open, of one task or of all. */
export function openBranches({ branches }: WorkflowContext, task?: string): readonly string[] {
  return Object.entries(branches).flatMap(([id, branch]) =>
    branch.open && (task === undefined || branch.task === task) ? [id] : [],
  );
}
