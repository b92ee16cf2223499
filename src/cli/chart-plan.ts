/**
 * A plan as a chart: its tasks as states, in the order that `dependsOn` and its pattern ask for.
 *
 * - 1. Every task stands once, and so does every dependency.
 * - 2. What the pattern adds stands where it will run: the bar where branches are joined,
 *      `aggregate`, a hub's cycle, what is generated, what undoes a saga.
 */
import { BranchReason } from "../events/failure.ts";
import { topologicalOrder } from "../events/plan/graph.ts";
import type { Plan } from "../events/plan/plan.ts";
import type { PlanTask } from "../events/plan/task.ts";
import type { Doer } from "../events/plan/values.ts";
import type { Chart, ChartArrow, ChartState } from "./chart-text.ts";

export function chartOfPlan(plan: Plan): Chart {
  const { tasks, pattern } = plan;
  const states = tasks.map(stateOfTask);
  const before = tasks.map(({ dependsOn }, at) => {
    const previous = pattern === "sequential" ? tasks[at - 1]?.id : undefined;
    return previous === undefined || dependsOn.includes(previous)
      ? dependsOn
      : [...dependsOn, previous];
  });
  const arrows = tasks.flatMap(({ id }, at) => (before[at] ?? []).map((from) => ({ from, to: id })));
  const needed = new Set(before.flat());
  const firsts = tasks.flatMap(({ id }, at) => (before[at]?.length === 0 ? [id] : []));
  const lasts = tasks.flatMap(({ id }) => (needed.has(id) ? [] : [id]));
  return (SHAPES[pattern] ?? plain)({ plan, states, arrows, firsts, lasts });
}

interface Drawn {
  readonly plan: Plan;
  readonly states: readonly ChartState[];
  readonly arrows: readonly ChartArrow[];
  /** Ids of the tasks that depend on none. */
  readonly firsts: readonly string[];
  /** Ids of those that none depends on. */
  readonly lasts: readonly string[];
}

const SHAPES: Readonly<Partial<Record<Plan["pattern"], (drawn: Drawn) => Chart>>> = {
  parallel,
  hub,
  dynamic,
  saga,
};

function plain({ states, arrows, firsts, lasts }: Drawn): Chart {
  return { states: ending(states, lasts), initial: firsts, arrows };
}

function parallel({ plan, states, arrows, firsts, lasts }: Drawn): Chart {
  const { aggregate = { agent: "merge" }, join } = plan;
  return {
    states: [
      bar(".fork", "fork"),
      ...states,
      bar(".join", "join"),
      { name: "aggregate", lines: ["aggregate", ...doneBy(aggregate)], final: true },
    ],
    initial: [".fork"],
    arrows: [
      ...firsts.map((to) => ({ from: ".fork", to })),
      ...arrows,
      ...lasts.map((from) => ({ from, to: ".join" })),
      { from: ".join", to: "aggregate", label: `join ${join}` },
    ],
  };
}

function hub({ plan, states, arrows, firsts, lasts }: Drawn): Chart {
  const { hub: centre, join } = plan;
  const cycles = `ITERATE, at most ${centre?.maxCycles ?? 3} cycles`;
  const by = doneBy(centre);
  return {
    states: [
      ...states,
      bar(".join", "join"),
      { name: "synthesis", lines: ["synthesis", ...by] },
      { name: "integrate", lines: ["integrate", ...by], final: true },
    ],
    initial: firsts,
    arrows: [
      ...arrows,
      ...lasts.map((from) => ({ from, to: ".join" })),
      { from: ".join", to: "synthesis", label: `join ${join}` },
      { from: "synthesis", to: "integrate", label: "PROCEED" },
      ...firsts.map((to) => ({ from: "synthesis", to, label: cycles })),
    ],
  };
}

function dynamic({ plan, states, arrows, firsts, lasts }: Drawn): Chart {
  return {
    states: [
      ...states,
      { name: "generate", lines: ["generate", ...doneBy(plan.generate)], final: true },
      { name: ".more", lines: ["what it yields"] },
    ],
    initial: firsts.length === 0 ? ["generate"] : firsts,
    arrows: [
      ...arrows,
      ...lasts.map((from) => ({ from, to: "generate", label: `join ${plan.join}` })),
      { from: "generate", to: ".more", label: "further tasks" },
      { from: ".more", to: "generate", label: `join ${plan.join}` },
    ],
  };
}

/** What undoes the tasks, last first, beside what does them. */
function saga({ plan, states, arrows, firsts, lasts }: Drawn): Chart {
  const { tasks } = plan;
  const undone = topologicalOrder(tasks)
    .toReversed()
    .flatMap((at) => tasks[at] ?? [])
    .filter(({ compensate }) => compensate !== undefined);
  const undo = undone.map(({ id, compensate }, at) => ({
    name: `${id}_compensation`,
    lines: [`${id}_compensation`, ...doneBy(compensate)],
    final: at === undone.length - 1,
  }));
  const chain = undo.slice(1).map(({ name }, at) => ({ from: undo[at]?.name ?? "", to: name }));
  if (undo.length === 0) return plain({ plan, states, arrows, firsts, lasts });
  return {
    states: [
      { name: ".do", lines: ["tasks"], states: ending(states, lasts), initial: firsts, final: true },
      {
        name: ".undo",
        lines: ["undo those that completed"],
        states: undo,
        initial: undo.slice(0, 1).map(({ name }) => name),
        final: true,
      },
    ],
    initial: [".do"],
    arrows: [...arrows, ...chain, { from: ".do", to: ".undo", label: "one fails, or CANCEL" }],
  };
}

function ending(states: readonly ChartState[], lasts: readonly string[]): readonly ChartState[] {
  const last = new Set(lasts);
  return states.map((state) => ({ ...state, final: last.has(state.name) }));
}

function bar(name: string, kind: "fork" | "join"): ChartState {
  return { name, lines: [], bar: kind };
}

function stateOfTask(task: PlanTask): ChartState {
  const { id, title = id, approval, gate, when, failureRouting: routing } = task;
  return {
    name: id,
    lines: [
      id,
      ...(title.toLowerCase() === id.toLowerCase() ? [] : [title]),
      ...doneBy(task),
      ...(when === undefined ? [] : [`when ${when}`]),
      ...approval.map((time) => `approval ${time}`),
      ...(gate === undefined
        ? []
        : [[`gate ≥ ${Number((gate.threshold * 10).toFixed(2))}`, ...doneBy(gate)].join(" ")]),
      ...(routing === undefined ? [] : [`mended by ${menders(routing).join(", ")}`]),
    ],
  };
}

/** Who gets its branch todos; those of reasons that are not named go to `debugger`. */
function menders(routing: NonNullable<PlanTask["failureRouting"]>): readonly string[] {
  const all = BranchReason.options.map((reason) => routing[reason] ?? "debugger");
  return [...new Set(all)].toSorted();
}

function doneBy(doer: Doer | undefined): readonly string[] {
  return doer?.agent === undefined ? [] : [`by ${doer.agent}`];
}
