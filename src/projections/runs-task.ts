/**
 * What the records of a task's own actors say of it.
 *
 * - Each start has records of its own, so those of `~2` never touch what `~1` left.
 * - What is shown of a task follows from its parts alone ({@link withFace}), whichever record
 *   came last.
 */
import { TaskFact } from "../events/facts/task.ts";
import type { RecordBody } from "../events/record.ts";
import { checkIn } from "./runs-checks.ts";
import { commitsIn } from "./runs-commits.ts";
import { stayed, stayOf } from "./runs-stays.ts";
import {
  only,
  stateLabel,
  type AttemptView,
  type StartView,
  type TaskParts,
  type TaskView,
  type Waits,
} from "./runs-view.ts";

/** A task of which nothing is known but its id. */
export function newTask(id: string): TaskView {
  const parts = { id, title: id, dependsOn: [], outputs: [], blockedByBranches: [], openGates: [] };
  return withFace({ ...parts, starts: [], stale: 0 });
}

/** The starts of a task with one of them changed, or made where it is missing. */
export function withStart(
  { starts }: Pick<TaskParts, "starts">,
  n: number,
  change: (start: StartView) => StartView,
): readonly StartView[] {
  const at = starts.findIndex((start) => start.n >= n);
  const known = starts[at];
  if (known?.n === n) return starts.with(at, change(known));
  const first = change({ n, attempts: [], restarts: 0, reworks: 0 });
  return starts.toSpliced(at === -1 ? starts.length : at, 0, first);
}

/** One record of a start. */
export function startMoved(start: StartView, at: number, body: RecordBody): StartView {
  const status = stateLabel(body.status, body.state);
  const waitsFor = status === "WAITING" ? waitIn(body.state) : undefined;
  const moved: StartView = {
    ...waiting(start, waitsFor),
    ...stayed(start, stayOf(status, waitsFor), at),
    ...only({ commits: commitsIn(body.output), check: checkIn(body.output) }),
    status,
    ...(status === "RUNNING" && takenOver(start, at, body)),
    ...(body.status !== "active" && { endedAt: start.endedAt ?? at }),
  };
  const after = (body.facts ?? []).reduce<StartView>((view, found) => {
    const parsed = TaskFact.safeParse(found);
    return parsed.success ? withFact(view, parsed.data, at) : view;
  }, moved);
  return body.copied === true ? endedBefore(after) : after;
}

/** What a host that goes on with a start has to start again: nothing of a fork with which nobody has gone on before. */
function takenOver(
  { restarts, untaken }: StartView,
  at: number,
  { event, copied }: RecordBody,
): Partial<StartView> {
  if (event?.type === "troupe.forked" && copied !== true) return { untaken: true };
  if (event?.type !== "troupe.recovered" || untaken === true) return {};
  return { restarts: restarts + 1, againAt: at };
}

/** Of a fork: what has ended here ended in the original. */
function endedBefore(start: StartView): StartView {
  const attempts = start.attempts.map((attempt) =>
    attempt.endedAt === undefined ? attempt : { ...attempt, copied: true as const },
  );
  return { ...start, attempts, ...(start.endedAt !== undefined && { copied: true }) };
}

/** A due time holds only for as long as the wait; and what is untaken is taken. */
function waiting(start: StartView, waitsFor: Waits | undefined): StartView {
  const { waitsFor: _, untaken: __, dueAt, ...rest } = start;
  if (waitsFor === undefined) return rest;
  return {
    ...rest,
    waitsFor,
    ...((waitsFor === "retry" || waitsFor === "healing") && dueAt !== undefined && { dueAt }),
  };
}

const WAITS: ReadonlySet<string> = new Set<Waits>(["retry", "healing", "approval", "branch", "held"]);

/** What stands below WAITING. */
function waitIn(state: RecordBody["state"]): Waits | undefined {
  const below = Object(state)["WAITING"] as unknown; // whatever it is
  const name = typeof below === "object" && below !== null ? Object.keys(below)[0] : below;
  return typeof name === "string" && WAITS.has(name) ? (name as Waits) : undefined; // it was just looked for
}

function withFact(start: StartView, fact: TaskFact, at: number): StartView {
  switch (fact.type) {
    case "task.started": {
      const { attempt, purpose } = fact.data;
      const { attempts } = closed(start, at, {});
      const begun = { attempt, purpose, ...start.approach, startedAt: at };
      return { ...start, attempts: [...attempts, begun] };
    }
    case "task.timed_out":
      return closed(start, at, { outcome: "TIMED_OUT" });
    case "task.tested":
      return fact.data.passed ? start : closed(start, at, { issues: fact.data.issues });
    case "task.retried": {
      const { delayMs, failure } = fact.data;
      const dueAt = at + delayMs;
      return { ...closed(start, at, { outcome: "FAILED", failure }), failure, dueAt };
    }
    case "healing.tried": {
      const { delayMs, failure, strategy, agent } = fact.data;
      const approach = { strategy, ...(agent !== undefined && { agent }) };
      const ended = closed(start, at, { outcome: "FAILED", failure });
      return { ...ended, failure, dueAt: at + delayMs, approach };
    }
    case "healing.ended": {
      const { healed, failure } = fact.data;
      return healed || failure === undefined ? start : { ...start, failure };
    }
    case "gate.evaluated":
      return judged(start, fact.data, at);
    case "task.broken":
      return closed(start, at, { outcome: "BROKEN", failure: fact.data.failure });
    case "task.escalated": {
      const { code, message } = fact.data;
      return { ...start, failure: { code, message } };
    }
    case "gate.exhausted":
      return { ...start, reworks: fact.data.reworks };
    case "task.held":
      return closed(start, at, { outcome: "HELD" });
    case "task.completed": {
      const { failure: _, ...rest } = accepted(closed(start, at, { outcome: "COMPLETED" }));
      const { durationMs, summary } = fact.data;
      return { ...rest, durationMs, summary, endedAt: at };
    }
    case "task.failed": {
      const { durationMs, failure } = fact.data;
      return { ...closed(start, at, { outcome: "FAILED", failure }), durationMs, failure, endedAt: at };
    }
    case "task.cancelled": {
      const { reason } = fact.data;
      return { ...closed(start, at, { outcome: "CANCELLED" }), reason, endedAt: at };
    }
  }
}

function judged(
  start: StartView,
  {
    completeness,
    accuracy,
    readiness,
    issues,
    reworks,
  }: Extract<TaskFact, { readonly type: "gate.evaluated" }>["data"],
  at: number,
): StartView {
  const scores = { completeness, accuracy };
  const passed = readiness === "PASS";
  const after = passed
    ? withLast(start, (last) => ({ ...last, scores }))
    : closed(start, at, { outcome: "REWORK", issues, scores });
  return { ...after, scores, reworks };
}

/** The start with its last attempt ended, if it is open. What was said of it before stays. */
function closed(start: StartView, at: number, end: Partial<AttemptView>): StartView {
  return withLast(start, (last) =>
    last.endedAt === undefined ? { ...last, ...end, endedAt: at } : { ...end, ...last },
  );
}

/** A human may take what a gate would have sent back once more. */
function accepted(start: StartView): StartView {
  return withLast(start, (last) =>
    last.outcome === "REWORK" ? { ...last, outcome: "COMPLETED" } : last,
  );
}

function withLast(start: StartView, change: (last: AttemptView) => AttemptView): StartView {
  const last = start.attempts.at(-1);
  return last === undefined ? start : { ...start, attempts: start.attempts.with(-1, change(last)) };
}

/** The parts of a task, and what is shown of it. */
export function withFace(parts: TaskParts): TaskView {
  const bare = partsOf(parts);
  const start = bare.starts.findLast(({ n, status }) => n > bare.stale && status !== undefined);
  const delegated = bare.starts.findLast(({ n }) => n > bare.stale)?.delegatedAt;
  const purpose = start?.attempts.at(-1)?.purpose ?? (bare.parent === undefined ? "work" : "debug");
  const at = delegated === undefined ? {} : { delegatedAt: delegated };
  if (start !== undefined) return { ...bare, ...at, purpose, ...startedFace(start) };
  return { ...bare, ...at, purpose, ...unstartedFace(bare) };
}

const PARTS: readonly (keyof TaskParts)[] = [
  "id",
  "title",
  "agent",
  "wave",
  "dependsOn",
  "outputs",
  "parent",
  "added",
  "addedBy",
  "estimateMs",
  "timeoutMs",
  "when",
  "blockedByBranches",
  "openGates",
  "settled",
  "starts",
  "stale",
];

function partsOf(task: TaskParts): TaskParts {
  const known: Partial<Record<keyof TaskParts, unknown>> = {};
  for (const key of PARTS) if (task[key] !== undefined) known[key] = task[key];
  return known as unknown as TaskParts; // the keys that it must have are never undefined
}

type Face = Omit<TaskView, keyof TaskParts | "purpose" | "delegatedAt">;

function startedFace(start: StartView): Face {
  const { attempts, againAt, ...whole } = start;
  const { n: _n, round: _r, delegatedAt: _d, approach: _a, ...known } = whole;
  const { since: _s, stays: _t, commits: _c, check: _k, ...rest } = known;
  const last = attempts.at(-1);
  const startedAt = last && Math.max(last.startedAt, againAt ?? 0);
  return {
    ...rest,
    status: rest.status ?? "PENDING",
    attempts: last?.attempt ?? 0,
    ...(startedAt !== undefined && { startedAt }),
  };
}

function unstartedFace({ settled, openGates }: TaskParts): Face {
  const none = { attempts: 0, restarts: 0, reworks: 0 };
  if (settled === undefined)
    return openGates.length > 0
      ? { ...none, status: "WAITING", waitsFor: "approval" }
      : { ...none, status: "PENDING" };
  const { status, at, blockedBy, reason, carried, copied } = settled;
  return {
    ...none,
    ...only({ ...carried }),
    attempts: carried?.attempts ?? 0,
    reworks: carried?.reworks ?? 0,
    status,
    endedAt: at,
    ...(blockedBy !== undefined && { blockedBy }),
    ...(reason !== undefined && { reason }),
    ...(copied !== undefined && { copied }),
  };
}
