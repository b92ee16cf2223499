/** What happened to the tasks of a run: every start, every attempt, and what humans were asked of them. */
import type { GateView } from "./runs-gates.ts";
import type { AttemptView, RunView, StartView, TaskView } from "./runs-view.ts";
import { LAST, type Placed, type TimelineEntry } from "./timeline-entry.ts";

/** Unordered. */
export function taskEntries(view: RunView): readonly Placed[] {
  const tasks = view.tasks.flatMap((task, place) =>
    task.starts.length === 0
      ? unstarted(task, place)
      : task.starts.flatMap((start) => started(task, start, place)),
  );
  const gates = view.gates.flatMap((gate) => humans(view, gate));
  const rounds = view.rounds.map(({ at, from, tasks: again }, round): Placed => {
    const detail = `again: ${again.join(", ")}`;
    return { entry: { at, task: from, start: 0, what: "RESTARTED", detail }, rank: [round + 1, 0, 0] };
  });
  return [...tasks, ...gates, ...rounds];
}

/** What comes after what within one attempt, or beside all attempts of a start. */
const STEPS = {
  ASKED: 1,
  GRANTED: 2,
  DENIED: 2,
  REFUSED: 3,
  DELEGATED: 4,
  STARTED: 5,
  ended: 6,
} as const;
function started(task: TaskView, start: StartView, at: number): readonly Placed[] {
  const { n, delegatedAt, endedAt, status = "", attempts } = start;
  const place = placeOf(task, start, at);
  const whole = attempts.at(-1)?.outcome === status;
  const all = attempts.flatMap((one, index) =>
    attempted(one, start, whole && index === attempts.length - 1),
  );
  if (delegatedAt !== undefined) {
    const what = { at: delegatedAt, what: "DELEGATED", detail: task.agent ?? "" };
    all.unshift([what, 0, STEPS.DELEGATED]);
  }
  if (endedAt !== undefined && !whole) {
    const detail = start.summary ?? start.failure?.message ?? "";
    all.push([{ at: endedAt, what: status, detail }, LAST, STEPS.ended]);
  }
  return all.map(([what, attempt, step]) => ({
    entry: { ...what, task: task.id, start: n, ...doerOf(task, start, what.attempt) },
    rank: [...place, attempt, step],
  }));
}

/** Another than the task's own may have tried it. */
function doerOf({ agent }: TaskView, { attempts }: StartView, nth: number | undefined) {
  const found = attempts.find(({ attempt }) => attempt === nth)?.agent ?? agent;
  return found === undefined ? {} : { agent: found };
}

function placeOf({ wave = LAST }: TaskView, { n, round = 0 }: StartView, at: number) {
  return [round, wave, at, n];
}

type Told = Omit<TimelineEntry, "task" | "start" | "agent">;
type Step = readonly [what: Told, attempt: number, step: number];

/** @param last whether its end is the end of its start. */
function attempted(one: AttemptView, start: StartView, last: boolean): readonly Step[] {
  const { attempt, startedAt, purpose, endedAt, outcome: what = "ENDED" } = one;
  const begins: Step = [
    { at: startedAt, attempt, what: "STARTED", detail: purpose },
    attempt,
    STEPS.STARTED,
  ];
  if (endedAt === undefined) return [begins];
  const detail = said(one, start);
  return [begins, [{ at: endedAt, attempt, what, detail }, last ? LAST : attempt, STEPS.ended]];
}

/** What there is to say of an attempt that ended. */
function said({ outcome, failure, issues = [] }: AttemptView, { summary = "" }: StartView): string {
  if (outcome === "COMPLETED") return summary;
  const message = failure === undefined ? "" : `${failure.code}: ${failure.message}`;
  // a failure of tests is told by the issues that they found
  return [message, ...issues.filter((issue) => !message.includes(issue))]
    .filter((part) => part !== "")
    .join("; ");
}

function unstarted({ id, settled, wave }: TaskView, place: number): readonly Placed[] {
  if (settled === undefined) return [];
  const { at, status, blockedBy, reason, carried } = settled;
  const why = blockedBy === undefined ? reason : `blocked by ${blockedBy}`;
  const detail = carried === undefined ? (why ?? "") : `kept from before: ${carried.summary}`;
  const rank = [0, wave ?? Number.POSITIVE_INFINITY, place, 0];
  return [{ entry: { at, task: id, start: 0, what: status, detail }, rank }];
}

/** What a human was asked, and what humans said: of the start that it lets begin, or end. */
function humans(view: RunView, { gate, task, kind, question, ...asked }: GateView): readonly Placed[] {
  const place = view.tasks.findIndex(({ id }) => id === task);
  const known = view.tasks[place];
  const starts = known?.starts ?? [];
  const before = kind === "before";
  const start = before
    ? starts.find(({ delegatedAt = LAST }) => delegatedAt >= asked.askedAt)?.n
    : starts.findLast(({ delegatedAt = 0 }) => delegatedAt <= asked.askedAt)?.n;
  const n = start ?? starts.length + (before ? 1 : 0);
  const entry = (at: number, what: keyof typeof STEPS, detail: string): Placed => {
    const round = view.rounds.filter((one) => one.at <= asked.askedAt).length;
    const rank = [round, known?.wave ?? LAST, place, n, before ? 0 : LAST, STEPS[what]];
    return { entry: { at, task, start: n, what, detail }, rank };
  };
  const who = (by: string | undefined): string => (by === undefined ? "" : ` by ${by}`);
  const { answer, refused } = asked;
  return [
    entry(asked.askedAt, "ASKED", `${gate}: ${question}`),
    ...(answer === undefined
      ? []
      : [
          entry(
            answer.at,
            answer.answer === "granted" ? "GRANTED" : "DENIED",
            `${gate}${who(answer.by)}`,
          ),
        ]),
    ...refused.map(({ at, by, answer: late }) =>
      entry(at, "REFUSED", `${gate}: ${late}${who(by)} came too late`),
    ),
  ];
}
