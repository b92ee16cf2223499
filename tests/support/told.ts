/** Records of a run, told by hand: what machines would write, without them. */
import type { TaskFact } from "../../src/events/facts/task.ts";
import type { WorkflowFact } from "../../src/events/facts/workflow.ts";
import type { Json } from "../../src/events/json.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import type { RecordBody } from "../../src/events/record.ts";
import { evolveRun, type RunRecord } from "../../src/projections/runs.ts";
import { unknownRun } from "../../src/projections/runs-plan.ts";
import type { RunView } from "../../src/projections/runs-view.ts";

/** 2026-01-02 03:04:05 UTC: when every told run begins. */
export const T0 = Date.UTC(2026, 0, 2, 3, 4, 5);

type Fact = TaskFact | WorkflowFact;
type FactOf<T extends Fact["type"]> = Extract<Fact, { readonly type: T }>["data"];

export interface Tale {
  readonly records: readonly RunRecord[];
  /** So much later, ms. */
  later(ms: number): Tale;
  /** A record of the workflow with one fact. */
  flow<T extends WorkflowFact["type"]>(type: T, data: FactOf<T>, body?: Partial<RecordBody>): Tale;
  /** A record of a task with one fact; the id may carry `~2`. */
  task<T extends TaskFact["type"]>(
    id: string,
    type: T,
    data: Omit<FactOf<T>, "task">,
    body?: Partial<RecordBody>,
  ): Tale;
  /** A record without a fact. */
  moved(stream: string, body: Partial<RecordBody>): Tale;
  /** Delegated, started, completed after so many ms. */
  done(
    id: string,
    durationMs: number,
    summary?: string,
    rest?: Partial<FactOf<"task.delegated">>,
  ): Tale;
  /** Delegated, started, failed after so many ms. */
  broke(id: string, durationMs: number, message?: string, code?: string): Tale;
  view(): RunView;
}

const TASK_STATES: Partial<Record<TaskFact["type"], Json>> = {
  "task.retried": { WAITING: "retry" },
  "task.broken": { WAITING: "branch" },
  "task.held": { WAITING: "held" },
  "gate.exhausted": { WAITING: "approval" },
  "task.escalated": { WAITING: "approval" },
  "task.completed": "COMPLETED",
  "task.failed": "FAILED",
  "task.cancelled": "CANCELLED",
};
const FLOW_STATES: Partial<Record<WorkflowFact["type"], Json>> = {
  "workflow.paused": "PAUSED",
  "workflow.completed": "COMPLETED",
  "workflow.failed": "FAILED",
  "workflow.cancelled": "CANCELLED",
};

/** A run of a plan, from its birth on. */
export function tale(plan: unknown, rest: { readonly [key: string]: Json } = {}): Tale {
  const parsed = Plan.parse(plan) as unknown as Json; // a plan is JSON
  const input: Json = { run: "r1", folder: "/f", artifacts: "/f/runs/r1", plan: parsed, ...rest };
  const body = { ...EMPTY, state: "PENDING", born: { id: "workflow", input } };
  return telling([{ stream: "workflow/r1", at: T0, body }], T0);
}

const EMPTY: RecordBody = {
  v: 1,
  version: "1",
  epoch: 1,
  state: "RUNNING",
  status: "active",
  hash: "",
  owes: 0,
};

const OVER: ReadonlySet<Json> = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

function telling(records: readonly RunRecord[], now: number): Tale {
  const told = (stream: string, body: Partial<RecordBody>): Tale => {
    const status = OVER.has(body.state ?? null) ? "done" : "active";
    return telling([...records, { stream, at: now, body: { ...EMPTY, status, ...body } }], now);
  };
  const facts = (type: string, data: object) => ({
    facts: [{ type, v: 1, data: data as unknown as Json }], // facts are JSON
  });
  const self: Tale = {
    records,
    later: (ms) => telling(records, now + ms),
    flow: (type, data, body = {}) =>
      told("workflow/r1", { state: FLOW_STATES[type] ?? "RUNNING", ...facts(type, data), ...body }),
    task: (id, type, data, body = {}) => {
      const task = id.replace(/~\d+$/, "");
      const state = TASK_STATES[type] ?? { RUNNING: "working" };
      return told(`task/r1:${id}`, { state, ...facts(type, { task, ...data }), ...body });
    },
    moved: told,
    done: (id, durationMs, summary = `${id} is done`, rest = {}) =>
      begun(self, id, rest)
        .later(durationMs)
        .task(id, "task.completed", { attempts: 1, durationMs, summary }),
    broke: (id, durationMs, message = "it broke", code = "COMMAND_FAILED") =>
      begun(self, id, {})
        .later(durationMs)
        .task(id, "task.failed", { attempts: 1, exitCode: 1, durationMs, failure: { code, message } }),
    view: () => folded(records),
  };
  return self;
}

/** The task is delegated, and its first attempt begins. */
export function begun(story: Tale, id: string, rest: Partial<FactOf<"task.delegated">> = {}): Tale {
  const task = id.replace(/~\d+$/, "");
  const known = story.view().tasks.find((one) => one.id === task);
  const { title = task, wave = 1, dependsOn = [], outputs = [] } = known ?? {};
  const shared = { title, wave, dependsOn: [...dependsOn], outputs: [...outputs], input_artifacts: [] };
  return story
    .flow("task.delegated", { task, ...shared, ...rest })
    .task(id, "task.started", { title, purpose: "work", attempt: 1 });
}

/** What comes of records. */
export function folded(records: readonly RunRecord[]): RunView {
  return records.reduce<RunView | undefined>(evolveRun, undefined) ?? unknownRun("r1", T0);
}
