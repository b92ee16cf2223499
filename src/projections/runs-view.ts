/**
 * What is known of a run: the row that `runs.ts` folds, and what reports and commands read.
 *
 * - Strict JSON: a key whose value is not known is absent.
 */
import type { Scores, TaskOutcome } from "../events/facts/task.ts";
import type { Compensation } from "../events/facts/workflow.ts";
import type { BranchReason, Failure } from "../events/failure.ts";
import type { Strategy } from "../events/healing.ts";
import type { AgentView } from "./runs-agents.ts";
import type { CheckView } from "./runs-checks.ts";
import type { CommitView } from "./runs-commits.ts";
import type { FeedbackView } from "./runs-feedback.ts";
import type { GateView } from "./runs-gates.ts";
import type { Json } from "../events/json.ts";
import type { Pattern } from "../events/plan/plan.ts";
import type { Purpose, Synthesis } from "../events/work.ts";

/** One attempt of a task, from the moment it began. */
export interface AttemptView {
  readonly attempt: number;
  readonly purpose: Purpose;
  /** Of a try to heal what failed before, and of what followed it. */
  readonly strategy?: Strategy;
  /** Who did it, where that was another than the task's own. */
  readonly agent?: string;
  /** Epoch ms, as all times here. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** What came of it: `COMPLETED`, `FAILED`, `TIMED_OUT`, `REWORK`, `BROKEN`, `HELD`, `CANCELLED`. */
  readonly outcome?: string;
  readonly failure?: Failure;
  /** What its checks or its gate found. */
  readonly issues?: readonly string[];
  readonly scores?: Scores;
  /** It ended in the run that this one is a fork of, as in all that follows here. */
  readonly copied?: true;
}

/** One start of a task: a restart makes another one, with attempts of its own. */
export interface StartView {
  /** 1 for the first: `~n` of the actor's address. */
  readonly n: number;
  /** How often the run was restarted before. */
  readonly round?: number;
  readonly delegatedAt?: number;
  readonly status?: string;
  readonly waitsFor?: Waits;
  /** Since when it is in its present state, as `runs-stays.ts` names it. */
  readonly since?: number;
  /** How long it was in each of its states before, in ms. */
  readonly stays?: Readonly<Record<string, number>>;
  readonly attempts: readonly AttemptView[];
  /** How often a command that a crash or a stop had cut short was started again. */
  readonly restarts: number;
  /** When it was started again last. */
  readonly againAt?: number;
  /** Of a fork: its history is told, and no host has gone on with it yet. */
  readonly untaken?: true;
  readonly reworks: number;
  /** How it is tried, once it is tried in another way than planned. */
  readonly approach?: Pick<AttemptView, "strategy" | "agent">;
  readonly scores?: Scores;
  readonly dueAt?: number;
  readonly endedAt?: number;
  readonly durationMs?: number;
  readonly summary?: string;
  readonly failure?: Failure;
  readonly reason?: string;
  /** What it has committed to a repository: of which task, and under which names. */
  readonly commits?: readonly CommitView[];
  /** What its tests or scans found. */
  readonly check?: CheckView;
  readonly copied?: true;
}

/** What a WAITING task waits for. */
export type Waits = "retry" | "healing" | "approval" | "branch" | "held";

/** How a task ended that never started: skipped, cancelled, or done by the run that this one starts over. */
export interface SettledView {
  readonly status: TaskOutcome["status"];
  readonly at: number;
  readonly blockedBy?: string;
  readonly reason?: string;
  /** Of the run that this one starts over. */
  readonly carried?: Pick<
    TaskOutcome,
    "attempts" | "durationMs" | "summary" | "scores" | "reworks" | "failure"
  >;
  readonly copied?: true;
}

/** What the records say of a task; {@link TaskView} is this and what follows from it. */
export interface TaskParts {
  readonly id: string;
  readonly title: string;
  /** The agent that does it; absent where it has a command of its own. */
  readonly agent?: string;
  /** 1 for tasks that depend on nothing; absent until it is known. */
  readonly wave?: number;
  readonly dependsOn: readonly string[];
  /** Paths that it writes, as in the plan. */
  readonly outputs: readonly string[];
  /** Of a branch todo: what it mends. */
  readonly parent?: string;
  /** Its pattern added it; it does not stand in the plan. */
  readonly added?: true;
  /** The task whose answer asked for it. */
  readonly addedBy?: string;
  readonly estimateMs?: number;
  readonly timeoutMs?: number;
  /** Its condition, as in the plan. */
  readonly when?: string;
  /** Branch todos that it waits for. */
  readonly blockedByBranches: readonly string[];
  /** Gates of it that nobody has answered. */
  readonly openGates: readonly string[];
  readonly settled?: SettledView;
  /** Every start, in order, those before a restart too. */
  readonly starts: readonly StartView[];
  /** Starts up to this one do not count any more: the run was restarted. */
  readonly stale: number;
}

export interface TaskView extends TaskParts {
  readonly status: string;
  readonly purpose: Purpose;
  /** Of the present start. */
  readonly attempts: number;
  readonly restarts: number;
  /** How often a gate sent it back. */
  readonly reworks: number;
  readonly scores?: Scores;
  readonly waitsFor?: Waits;
  readonly delegatedAt?: number;
  /** When the present or last attempt began, or began again after a stop. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Until when a task that waits for its next attempt waits. */
  readonly dueAt?: number;
  readonly durationMs?: number;
  /** The last line that was said. */
  readonly summary?: string;
  readonly failure?: Failure;
  /** The task that a skipped one would have needed. */
  readonly blockedBy?: string;
  readonly reason?: string;
  readonly copied?: true;
}

/** A branch todo. */
export interface BranchView {
  readonly branch: string;
  readonly parent: string;
  readonly title: string;
  readonly agent: string;
  readonly reason: BranchReason;
  readonly instructions: string;
  readonly depth: number;
  readonly maxAttempts: number;
  readonly blocked: readonly string[];
  readonly openedAt: number;
  readonly endedAt?: number;
  readonly status?: TaskOutcome["status"];
}

/** What a hub made of its spokes in one cycle. */
export interface SynthesisView extends Synthesis {
  readonly task: string;
  readonly cycle: number;
  readonly max: number;
  readonly at: number;
}

export interface AlertView {
  readonly severity: "warning" | "critical";
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

export interface RunView {
  readonly run: string;
  readonly name: string;
  readonly goal?: string;
  readonly pattern: Pattern;
  readonly join: string;
  readonly concurrency: number;
  readonly status: string;
  /** Whether it may still move. */
  readonly open: boolean;
  /** Whether somebody has cancelled it. */
  readonly cancelled: boolean;
  readonly startedAt: number;
  /** Of the run's last record. */
  readonly movedAt: number;
  /** When its workflow ended; what its actors say after that moves it no more. */
  readonly endedAt?: number;
  readonly records: number;
  readonly artifacts: string;
  /** In plan order, then those that were added, in order. */
  readonly tasks: readonly TaskView[];
  /** So many of them stand in the plan or were added by its workflow. */
  readonly listed: number;
  /** Ids of the tasks that no other depends on: what they say is the result. */
  readonly last: readonly string[];
  readonly branches: readonly BranchView[];
  /** Those that are actors, by address. */
  readonly agents: readonly AgentView[];
  readonly gates: readonly GateView[];
  /** What people think of its executions, in order. */
  readonly feedback: readonly FeedbackView[];
  readonly paused?: { readonly hard: boolean; readonly reason: string; readonly at: number };
  /** One a cycle. */
  readonly syntheses: readonly SynthesisView[];
  /** Of a hub. */
  readonly maxCycles?: number;
  readonly belowTarget?: boolean;
  readonly compensating?: {
    readonly cause: string;
    readonly tasks: readonly string[];
    readonly at: number;
  };
  readonly compensation?: Compensation;
  readonly alerts: readonly AlertView[];
  readonly checkpoints: readonly {
    readonly name: string;
    readonly outputs: readonly string[];
    readonly at: number;
  }[];
  /** How often, from where, and what started over. */
  readonly rounds: readonly {
    readonly from: string;
    readonly tasks: readonly string[];
    readonly at: number;
  }[];
  /** The run that this one starts over. */
  readonly startsOver?: { readonly run: string; readonly from: string };
  /** The run that this one is a fork of, and the position of the cut there. */
  readonly forkOf?: {
    readonly run: string;
    readonly at: number;
    /** Its history is not told up to the cut: nobody runs it. */
    readonly cutShort?: true;
  };
  readonly failure?: Failure;
}

const ENDED: ReadonlySet<string> = new Set([
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
  "ERROR",
  "STOPPED",
]);

/** Whether a task of this status is over. */
export function isOver(status: string): boolean {
  return ENDED.has(status);
}

/** How many tasks have ended. */
export function endedTasks(view: Pick<RunView, "tasks">): number {
  return view.tasks.filter(({ status }) => isOver(status)).length;
}

/** Gates that wait for an answer, in the order in which they were asked. */
export function openGates(view: Pick<RunView, "gates" | "open">): readonly GateView[] {
  return view.open ? view.gates.filter(({ answer }) => answer === undefined) : [];
}

/** A state value in one word: `{ RUNNING: "cancelling" }` is RUNNING. */
export function stateLabel(status: string, state: Json): string {
  if (status === "error") return "ERROR";
  if (status === "stopped") return "STOPPED";
  if (typeof state === "string") return state;
  return typeof state === "object" && state !== null ? (Object.keys(state)[0] ?? "") : "";
}

/** Whether a state value has this name anywhere in it. */
export function isIn(state: Json, name: string): boolean {
  if (typeof state === "string") return state === name;
  if (typeof state !== "object" || state === null) return false;
  return Object.entries(state).some(([key, below]) => key === name || isIn(below, name));
}

/** Of some values, those that are known: a row holds no `undefined`. */
export function only<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const known: Partial<T> = {};
  for (const key in values) if (values[key] !== undefined) known[key] = values[key];
  return known as { [K in keyof T]?: Exclude<T[K], undefined> }; // the rest is left out
}
