/** What happened to a run itself, and beside its tasks: of no single start of a task. */
import { taskOf } from "./run-attempts.ts";
import type { AgentView } from "./runs-agents.ts";
import { only, type RunView } from "./runs-view.ts";
import { LAST, type Placed, type TimelineEntry } from "./timeline-entry.ts";

/** Unordered. */
export function runEntries(view: RunView): readonly Placed[] {
  const entries = [...besides(view), ...judged(view), ...view.agents.flatMap(questions)];
  return [...begun(view), ...branched(view), ...entries.map(beside), ...over(view)];
}

// within one millisecond: before all of the tasks, behind all of them, behind everything
const FIRST = [-1, 0, 0, 0, 0, 0];
const BESIDE = [LAST, 0, 0, 0, 0, 0];
const END = [LAST, LAST, 0, 0, 0, 0];

function beside(entry: TimelineEntry): Placed {
  return { entry, rank: BESIDE };
}

function begun({ startedAt: at, name }: RunView): readonly Placed[] {
  return [{ entry: { at, what: "RUN STARTED", detail: name }, rank: FIRST }];
}

function over({ endedAt: at, status, failure }: RunView): readonly Placed[] {
  if (at === undefined) return [];
  const detail = failure === undefined ? "" : `${failure.code}: ${failure.message}`;
  return [{ entry: { at, what: `RUN ${status}`, detail }, rank: END }];
}

/** Behind what broke, before what mends it. */
function branched({ branches, rounds, tasks }: RunView): readonly Placed[] {
  const places = new Map(tasks.map(({ id, wave = LAST }, place) => [id, [wave, place]]));
  return branches.map(({ openedAt: at, parent, branch, reason, agent }) => {
    const round = rounds.filter((one) => one.at <= at).length;
    const entry = { at, what: "BRANCHED", task: parent, agent, detail: `${branch}: ${reason}` };
    return { entry, rank: [round, ...(places.get(parent) ?? [LAST, LAST]), LAST, LAST, LAST] };
  });
}

function besides(view: RunView): readonly TimelineEntry[] {
  const { alerts, checkpoints, feedback, paused, compensating } = view;
  return [
    ...(paused === undefined ? [] : [{ at: paused.at, what: "PAUSED", detail: paused.reason }]),
    ...(compensating === undefined
      ? []
      : [{ at: compensating.at, what: "COMPENSATING", detail: compensating.tasks.join(", ") }]),
    ...alerts.map(({ at, severity, message }) => {
      return { at, what: "ALERT", detail: `${severity}: ${message}` };
    }),
    ...checkpoints.map(({ at, name }) => ({ at, what: "CHECKPOINT", detail: name })),
    ...feedback.map(({ givenAt, task, attempt, rating, comment, by }) => {
      const who = by === undefined ? "" : ` by ${by}`;
      const said = comment === undefined ? "" : `: ${comment}`;
      const detail = `${rating} of 5${who}${said}`;
      return { at: givenAt, what: "RATED", task, ...only({ attempt }), detail };
    }),
  ];
}

function judged({ syntheses }: RunView): readonly TimelineEntry[] {
  return syntheses.map(({ at, task, cycle, max, quality, action }) => {
    const detail = `cycle ${cycle} of ${max}: quality ${quality}, ${action}`;
    return { at, what: "SYNTHESIZED", task, detail };
  });
}

function questions({ address, agent, attempt, questions: asked }: AgentView): readonly TimelineEntry[] {
  return asked.flatMap(({ text, askedAt, answeredAt, by }) => {
    const whose = { task: taskOf(address), ...only({ attempt, agent }) };
    const who = by === undefined ? "" : `by ${by}`;
    return [
      { at: askedAt, what: "QUESTION", ...whose, detail: text },
      ...(answeredAt === undefined
        ? []
        : [{ at: answeredAt, what: "ANSWERED", ...whose, detail: who }]),
    ];
  });
}
