/**
 * What the records of a workflow say of its run and of its tasks.
 */
import { WorkflowFact, WorkflowOutcome } from "../events/facts/workflow.ts";
import { rootOf } from "../events/address.ts";
import type { RecordBody } from "../events/record.ts";
import { branchEnded, branchOpened } from "./runs-branches.ts";
import { answered, asked } from "./runs-gates.ts";
import { withListed } from "./runs-listed.ts";
import { born } from "./runs-plan.ts";
import { withFace, withStart } from "./runs-task.ts";
import { isIn, only, stateLabel, type RunView, type SettledView, type TaskParts } from "./runs-view.ts";

/** One record of a workflow. */
export function workflowMoved(view: RunView, at: number, body: RecordBody): RunView {
  const status = stateLabel(body.status, body.state);
  const cancelled = view.cancelled || status === "CANCELLED" || isIn(body.state, "cancelling");
  const input = body.born?.input;
  const first = input === undefined ? view : born(view, at, input);
  const open = body.status === "active";
  const end = open ? undefined : (view.endedAt ?? at);
  const moved: RunView = { ...first, status, cancelled, open, ...only({ endedAt: end }) };
  const after = (body.facts ?? []).reduce<RunView>((run, found) => {
    const parsed = WorkflowFact.safeParse(found);
    return parsed.success ? withFact(run, parsed.data, at) : run;
  }, moved);
  const output = WorkflowOutcome.safeParse(body.output);
  const over = output.success ? ended(after, output.data, at) : after;
  return asFork(over, body);
}

/** What a record says of the run as a fork. */
function asFork(view: RunView, body: RecordBody): RunView {
  if (body.copied === true) return settledBefore(view, body);
  return body.event?.type === "troupe.forked" ? whole(view) : view;
}

/** The record that ends what a fork tells again, and all others' before it. */
function whole({ forkOf, ...view }: RunView): RunView {
  return { ...view, ...only({ forkOf: forkOf && { run: forkOf.run, at: forkOf.at } }) };
}

/** Of a fork: what is settled here was settled in the original. */
function settledBefore(view: RunView, { born: { fork } = { id: "" } }: RecordBody): RunView {
  const tasks = view.tasks.map((task) =>
    task.settled === undefined || task.settled.copied === true
      ? task
      : withFace({ ...task, settled: { ...task.settled, copied: true } }),
  );
  const of: RunView["forkOf"] =
    fork === undefined ? undefined : { run: rootOf(fork.of), at: fork.at, cutShort: true };
  return { ...view, tasks, ...only({ forkOf: of }) };
}

function withFact(view: RunView, fact: WorkflowFact, at: number): RunView {
  switch (fact.type) {
    case "workflow.started": {
      const { name, pattern, restarts } = fact.data;
      return { ...view, name, pattern, ...(restarts !== undefined && { startsOver: restarts }) };
    }
    case "task.delegated":
      return delegated(view, fact.data, at);
    case "task.skipped": {
      const { task, blockedBy, reason } = fact.data;
      return settled(view, task, { status: "SKIPPED", at, ...only({ blockedBy, reason }) });
    }
    case "tasks.cancelled": {
      const { tasks, reason } = fact.data;
      return tasks.reduce((run, task) => settled(run, task, { status: "CANCELLED", at, reason }), view);
    }
    case "workflow.progressed": {
      const { task, status } = fact.data;
      return settled(view, task, { status, at });
    }
    case "tasks.added":
      return added(view, fact.data);
    case "branch.opened":
      return branchOpened(view, fact.data, at);
    case "branch.ended":
      return branchEnded(view, fact.data, at);
    case "fix.proposed":
      return view; // what becomes of it stands in the next branch todo, or with its gate
    case "approval.requested":
      return asked(view, fact.data, at);
    case "approval.granted":
    case "approval.denied":
    case "approval.refused":
      return answered(view, fact, at);
    case "workflow.paused":
    case "workflow.resumed":
    case "workflow.restarted":
    case "workflow.checkpointed":
    case "hub.synthesized":
    case "saga.compensating":
    case "workflow.alerted":
    case "workflow.completed":
    case "workflow.failed":
    case "workflow.cancelled":
      return withRunFact(view, fact, at);
  }
}

type RunFact = Exclude<
  WorkflowFact,
  {
    readonly type:
      | "workflow.started"
      | `t${string}`
      | "workflow.progressed"
      | `${"branch" | "approval" | "fix"}.${string}`;
  }
>;

/** Facts that say nothing of a single task. */
function withRunFact(view: RunView, fact: RunFact, at: number): RunView {
  switch (fact.type) {
    case "workflow.paused":
      return { ...view, paused: { ...fact.data, at } };
    case "workflow.resumed":
      return unpaused(view);
    case "workflow.restarted":
      return restarted(view, fact.data, at);
    case "workflow.checkpointed":
      return { ...view, checkpoints: [...view.checkpoints, { ...fact.data, at }] };
    case "hub.synthesized":
      return { ...view, syntheses: [...view.syntheses, { ...fact.data, at }] };
    case "saga.compensating":
      return { ...view, compensating: { ...fact.data, at } };
    case "workflow.alerted":
      return { ...view, alerts: [...view.alerts, { ...fact.data, at }] };
    case "workflow.completed":
      return unpaused(view);
    case "workflow.failed":
      return {
        ...unpaused(view),
        ...only({ failure: fact.data.failure, compensation: fact.data.compensation }),
      };
    case "workflow.cancelled":
      return { ...unpaused(view), ...only({ compensation: fact.data.compensation }) };
  }
}

function unpaused(view: RunView): RunView {
  const { paused: _, ...rest } = view;
  return rest;
}

function delegated(
  view: RunView,
  data: Extract<WorkflowFact, { readonly type: "task.delegated" }>["data"],
  at: number,
): RunView {
  const { task: id, title, agent, wave, dependsOn, outputs, timeoutMs } = data;
  return withListed(view, id, ({ settled: _settled, ...task }) => {
    const n = delegations(task) + 1;
    const round = view.rounds.length;
    const starts = withStart(task, n, (start) => ({ ...start, round, delegatedAt: at }));
    return { ...task, title, wave, dependsOn, outputs, starts, ...only({ agent, timeoutMs }) };
  });
}

function delegations({ starts }: Pick<TaskParts, "starts">): number {
  return starts.filter(({ delegatedAt }) => delegatedAt !== undefined).length;
}

/** A task that was never started has ended; of one that was, its own records tell. */
function settled(view: RunView, id: string, end: SettledView): RunView {
  return withListed(view, id, (task) =>
    delegations(task) > task.stale ? task : { ...task, settled: end },
  );
}

function added(
  view: RunView,
  { tasks, by }: Extract<WorkflowFact, { readonly type: "tasks.added" }>["data"],
): RunView {
  return tasks.reduce(
    (run, { id, title }) =>
      withListed(run, id, (task) => ({ ...task, title, added: true, ...only({ addedBy: by }) })),
    view,
  );
}

/** What starts over has not been done; what it did before stays in its starts. */
function restarted(
  view: RunView,
  data: Extract<WorkflowFact, { readonly type: "workflow.restarted" }>["data"],
  at: number,
): RunView {
  return data.tasks.reduce<RunView>(
    (run, id) =>
      withListed(run, id, ({ settled: _settled, ...task }) => ({
        ...task,
        stale: delegations(task),
        blockedByBranches: [],
      })),
    { ...view, rounds: [...view.rounds, { ...data, at }] },
  );
}

/** The output says how every task ended, those too that never started. */
function ended(view: RunView, outcome: WorkflowOutcome, at: number): RunView {
  const ends = new Map(outcome.tasks.map((task) => [task.id, task]));
  const tasks = view.tasks.map((task) => {
    const end = ends.get(task.id);
    if (end === undefined || task.settled !== undefined || delegations(task) > task.stale) return task;
    const { status, blockedBy, reason } = end;
    return withFace({ ...task, settled: { status, at, ...only({ blockedBy, reason }) } });
  });
  const { compensation, belowTarget } = outcome;
  return { ...view, tasks, ...only({ belowTarget, compensation }) };
}
