/**
 * Runs as people look at them: a fold over the records of a workflow and its tasks.
 *
 * - One record changes one run, and nothing else is needed to fold it in.
 * - Whatever order workflow and task records of a run come in, the end is the same.
 */
import { parseAddress } from "../events/address.ts";
import { WorkflowInput } from "../events/commands.ts";
import { TaskFact, type Failure } from "../events/facts/task.ts";
import type { Json } from "../events/json.ts";
import type { Projection, StepRecord as WholeRecord } from "./projection.ts";

/** What this fold reads of a record. */
type StepRecord = Pick<WholeRecord, "stream" | "at" | "type" | "body">;

export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly attempts: number;
  /** How often a command that a crash or a stop had cut short was started again. */
  readonly restarts: number;
  /** When the present or last attempt began, epoch ms. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Until when a WAITING task waits, epoch ms. */
  readonly dueAt?: number;
  readonly durationMs?: number;
  /** The last line that its command printed. */
  readonly summary?: string;
  readonly failure?: Failure;
  readonly blockedBy?: string;
  readonly reason?: string;
}

export interface RunView {
  readonly run: string;
  readonly name: string;
  readonly status: string;
  /** Whether it may still move. */
  readonly open: boolean;
  readonly startedAt: number;
  /** Of the run's last record, epoch ms. */
  readonly movedAt: number;
  readonly records: number;
  readonly artifacts: string;
  readonly tasks: readonly TaskView[];
  /** Ids of the tasks that no other depends on: what they say is the result. */
  readonly last: readonly string[];
}

/** One row per run, by its id: what `troupe ls` and `troupe show` read. */
export const runs: Projection<RunView> = {
  name: "runs",
  version: 1,
  key({ stream }) {
    const { kind, root } = parseAddress(stream);
    return kind === "workflow" || kind === "task" ? root : undefined;
  },
  fold: evolveRun,
};

/** Folds one record into its run. */
export function evolveRun(view: RunView | undefined, record: StepRecord): RunView | undefined {
  const { kind, root, path } = parseAddress(record.stream);
  if (kind !== "workflow" && kind !== "task") return view;
  const known = view ?? unknownRun(root, record.at);
  const moved = { ...known, movedAt: Math.max(known.movedAt, record.at), records: known.records + 1 };
  if (kind === "workflow" && path.length === 0) return workflowMoved(moved, record);
  const id = path[0];
  if (id === undefined) return moved;
  return withTask(moved, id, (task) => taskMoved(task, record));
}

/** How many tasks have ended. */
export function endedTasks(view: RunView): number {
  return view.tasks.filter(({ status }) => ENDED.has(status)).length;
}

const ENDED: ReadonlySet<string> = new Set(["COMPLETED", "FAILED", "CANCELLED", "SKIPPED"]);

/** A state value in one word: `{ RUNNING: "cancelling" }` is RUNNING. */
export function stateLabel(status: string, state: Json): string {
  if (status === "error") return "ERROR";
  if (status === "stopped") return "STOPPED";
  if (typeof state === "string") return state;
  return typeof state === "object" && state !== null ? (Object.keys(state)[0] ?? "") : "";
}

function unknownRun(run: string, at: number): RunView {
  const shared = { run, name: run, status: "PENDING", open: true, artifacts: "", tasks: [], last: [] };
  return { ...shared, startedAt: at, movedAt: at, records: 0 };
}

function workflowMoved(view: RunView, { body }: StepRecord): RunView {
  const status = stateLabel(body.status, body.state);
  const moved = { ...view, status, open: body.status === "active" };
  const input = WorkflowInput.safeParse(body.born?.input);
  if (!input.success) return moved;
  const { plan, artifacts } = input.data;
  const needed = new Set(plan.tasks.flatMap(({ dependsOn }) => dependsOn));
  return {
    ...moved,
    name: plan.name,
    artifacts,
    last: plan.tasks.flatMap(({ id }) => (needed.has(id) ? [] : [id])),
    tasks: plan.tasks.map(({ id, title }) => ({
      ...(view.tasks.find((task) => task.id === id) ?? newTask(id)),
      title: title ?? id,
    })),
  };
}

function withTask(view: RunView, id: string, change: (task: TaskView) => TaskView): RunView {
  const at = view.tasks.findIndex((task) => task.id === id);
  const task = view.tasks[at];
  if (task === undefined) return { ...view, tasks: [...view.tasks, change(newTask(id))] };
  return { ...view, tasks: view.tasks.with(at, change(task)) };
}

function newTask(id: string): TaskView {
  return { id, title: id, status: "PENDING", attempts: 0, restarts: 0 };
}

function taskMoved(task: TaskView, { at, body }: StepRecord): TaskView {
  const status = stateLabel(body.status, body.state);
  const again = status === "RUNNING" && body.event?.type === "troupe.recovered";
  const moved = {
    ...task,
    status,
    ...(again ? { restarts: task.restarts + 1, startedAt: at } : {}),
  };
  return (body.facts ?? []).reduce<TaskView>((view, fact) => {
    const parsed = TaskFact.safeParse(fact);
    return parsed.success ? withFact(view, parsed.data, at) : view;
  }, moved);
}

function withFact(task: TaskView, fact: TaskFact, at: number): TaskView {
  switch (fact.type) {
    case "task.requested":
      return { ...task, title: fact.data.title };
    case "task.started":
      return { ...task, attempts: fact.data.attempt, startedAt: at };
    case "task.retried":
      return { ...task, failure: fact.data.failure, dueAt: at + fact.data.delayMs };
    case "task.completed": {
      const { failure: _, ...rest } = task;
      const { attempts, durationMs, summary } = fact.data;
      return { ...rest, attempts, durationMs, summary, endedAt: at };
    }
    case "task.failed": {
      const { attempts, durationMs, failure } = fact.data;
      return { ...task, attempts, durationMs, failure, endedAt: at };
    }
    case "task.cancelled":
      return { ...task, reason: fact.data.reason, endedAt: at };
    case "task.skipped":
      return { ...task, blockedBy: fact.data.blockedBy, endedAt: at };
  }
}
