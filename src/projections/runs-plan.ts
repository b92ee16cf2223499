/** What a run is born with: its plan, and what need not be done again. */
import { entryOf } from "../events/entry.ts";
import { WorkflowInput } from "../events/commands.ts";
import type { Json } from "../events/json.ts";
import { predecessors, wavesOf } from "../events/plan/order.ts";
import type { Plan } from "../events/plan/plan.ts";
import { newTask, withFace } from "./runs-task.ts";
import { only, type RunView, type SettledView, type TaskView } from "./runs-view.ts";

/** A run of which nothing is known but its id. */
export function unknownRun(run: string, at: number): RunView {
  return {
    run,
    name: run,
    pattern: "graph",
    join: "all",
    concurrency: 1,
    status: "PENDING",
    open: true,
    cancelled: false,
    startedAt: at,
    movedAt: at,
    records: 0,
    artifacts: "",
    tasks: [],
    listed: 0,
    last: [],
    branches: [],
    agents: [],
    gates: [],
    feedback: [],
    syntheses: [],
    alerts: [],
    checkpoints: [],
    rounds: [],
  };
}

/** The run with its plan; what is known of its tasks already stays. */
export function born(view: RunView, at: number, given: Json): RunView {
  const input = WorkflowInput.safeParse(given);
  if (!input.success) return view;
  const { plan, artifacts, carried = {}, restarts } = input.data;
  const { name, goal, pattern, join, concurrency, hub } = plan;
  const depends = dependencies(plan);
  const waves = wavesOf(predecessors(depends, undefined));
  const needed = new Set(depends.flatMap(({ dependsOn }) => dependsOn));
  const tasks = plan.tasks.map(({ id, title = id, agent, outputs, ...task }, index): TaskView => {
    const outcome = entryOf(carried, id);
    const known = view.tasks.find((one) => one.id === id) ?? newTask(id);
    return withFace({
      ...known,
      title,
      outputs,
      dependsOn: depends[index]?.dependsOn ?? [],
      ...only({ agent, wave: waves[index], when: task.when }),
      ...only({ estimateMs: task.estimateMs, timeoutMs: task.timeoutMs }),
      ...(outcome !== undefined && { settled: carriedOver(outcome, at) }),
    });
  });
  const others = view.tasks.filter((one) => !tasks.some(({ id }) => id === one.id));
  return {
    ...view,
    name,
    pattern,
    join,
    concurrency,
    artifacts,
    ...only({ goal, maxCycles: hub?.maxCycles, startsOver: restarts }),
    last: plan.tasks.flatMap(({ id }) => (needed.has(id) ? [] : [id])),
    tasks: [...tasks, ...others],
    listed: tasks.length,
  };
}

type Carried = NonNullable<WorkflowInput["carried"]>[string];

function carriedOver(outcome: Carried, at: number): SettledView {
  const { status, attempts, durationMs, summary, scores, reworks, failure } = outcome;
  const carried = { attempts, durationMs, summary, ...only({ scores, reworks, failure }) };
  const { blockedBy, reason } = outcome;
  return { status, at, carried, ...only({ blockedBy, reason }) };
}

interface Node {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** A pipeline's stages lie one behind the other, whatever else they say. */
function dependencies({ pattern, tasks }: Plan): readonly Node[] {
  return tasks.map(({ id, dependsOn }, at) => {
    const before = pattern === "sequential" ? tasks[at - 1]?.id : undefined;
    const all = before === undefined ? dependsOn : [...new Set([...dependsOn, before])];
    return { id, dependsOn: all };
  });
}
