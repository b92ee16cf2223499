/**
 * The attempts of a run, each with what belongs to it: who did it, what its actors have cost, what
 * people think of it. Executions, tables and reports are made of these.
 *
 * - Linear in the size of the run: it is done anew whenever a run has moved.
 */
import type { Spent } from "../events/agent/spent.ts";
import { spentBy, type AgentView } from "./runs-agents.ts";
import type { FeedbackView } from "./runs-feedback.ts";
import type { AttemptView, RunView, StartView, TaskView } from "./runs-view.ts";

/** One attempt of a task. */
export interface RunAttempt {
  readonly task: TaskView;
  readonly start: StartView;
  readonly attempt: AttemptView;
  /** Attempts before it with its number, in the same start: a pause lets one begin again. */
  readonly again: number;
  /** Of the start's attempts before it, those that a gate sent back. */
  readonly sentBack: number;
  /** Undefined: a command of the task. */
  readonly agent: string | undefined;
  readonly endedAt: number | undefined;
  /** Of the actor that did the work; undefined where none was an actor, or thinks without a model. */
  readonly model: string | undefined;
  /** Of all its actors, judges too. */
  readonly spent: Spent;
  readonly feedback: readonly FeedbackView[];
}

/** The attempts of a run: task by task, each in order. */
export function attemptsOf(view: RunView): readonly RunAttempt[] {
  const known = made.get(view);
  if (known !== undefined) return known;
  const actors = Map.groupBy(view.agents, placeOf);
  const said = Map.groupBy(view.feedback, ({ task }) => task);
  const all = view.tasks.flatMap((task) => {
    const own = task.starts.flatMap((start) => ofStart(task, start, actors));
    return withFeedback(own, said.get(task.id) ?? []);
  });
  made.set(view, all);
  return all;
}

/** Several tables are made of the attempts of one row. */
const made = new WeakMap<RunView, readonly RunAttempt[]>();

/** Who did it: `task/ID` where a task's own command did. */
export function doerOf({ agent, task }: Pick<RunAttempt, "agent" | "task">): string {
  return agent ?? `task/${task.id}`;
}

/** The start and the attempt that an actor works at, or judges: `build~2#1`. */
function placeOf({ address, attempt }: AgentView): string {
  return `${pathOf(address)[0]}#${attempt ?? ""}`;
}

/** The start of a task at which an actor is, and what it is to it: `build~2` and `work` of `agent/r1:build~2:work`. */
export function pathOf(address: string): readonly [start: string, part: string] {
  const [, start = "", part = ""] = address.split(":", 3); // it is known to be an address
  return [start, part];
}

/** The task at which an actor is. */
export function taskOf(address: string): string {
  return pathOf(address)[0].split("~", 1)[0] ?? "";
}

/** Whether an actor does the work, and does not judge it. */
export function isWork(part: string): boolean {
  return part === "work" || part.startsWith("work~");
}

type Actors = ReadonlyMap<string, readonly AgentView[]>;

function ofStart(task: TaskView, start: StartView, actors: Actors): readonly RunAttempt[] {
  const { attempts } = start;
  const place = start.n === 1 ? task.id : `${task.id}~${start.n}`;
  const numbers = new Map<number, number>();
  let sentBack = 0;
  return attempts.map((attempt, at): RunAttempt => {
    const { attempt: nth, outcome } = attempt;
    const again = numbers.get(nth) ?? 0;
    numbers.set(nth, again + 1);
    const before = sentBack;
    if (outcome === "REWORK") sentBack += 1;
    const end = attempt.endedAt ?? (at === attempts.length - 1 ? start.endedAt : undefined);
    const own = ownActors(actors.get(`${place}#${nth}`), attempt, attempts);
    return {
      task,
      start,
      attempt,
      again,
      sentBack: before,
      agent: attempt.agent ?? task.agent,
      endedAt: end,
      model: modelOf(own),
      spent: own.length === 0 ? NOTHING : spentBy(own),
      feedback: [],
    };
  });
}

/** Of attempts with one number, an actor works at the last one that had begun when it did. */
function ownActors(
  actors: readonly AgentView[] = [],
  attempt: AttemptView,
  all: readonly AttemptView[],
): readonly AgentView[] {
  if (actors.length === 0) return actors;
  const same = all.filter((one) => one.attempt === attempt.attempt);
  if (same.length === 1) return actors;
  return actors.filter(
    ({ startedAt }) => (same.findLast((one) => one.startedAt <= startedAt) ?? same[0]) === attempt,
  );
}

const NOTHING: Spent = spentBy([]);

/** `work` does it, whatever else looks at it. */
function modelOf(actors: readonly AgentView[]): string | undefined {
  const worker = actors.findLast(({ address }) => isWork(pathOf(address)[1]));
  return (worker ?? actors[0])?.model;
}

function withFeedback(
  all: readonly RunAttempt[],
  said: readonly FeedbackView[],
): readonly RunAttempt[] {
  if (said.length === 0) return all;
  return all.map((one) => ({ ...one, feedback: said.filter((what) => meant(all, what) === one) }));
}

/** The attempt that was meant: the last one at that time, or the last of that number. */
function meant(
  all: readonly RunAttempt[],
  { attempt: nth, givenAt }: FeedbackView,
): RunAttempt | undefined {
  const last = all.findLast(({ attempt }) => attempt.startedAt <= givenAt);
  if (nth === undefined || last === undefined) return last;
  return all.findLast(({ attempt, start }) => start === last.start && attempt.attempt === nth);
}
