/**
 * What a plan's order allows, before anything runs (S0-001, S0-003): who may run beside whom,
 * and how long it will take at best.
 */
import { predecessors, schedule, wavesOf } from "./order.ts";
import type { Plan } from "./plan.ts";
import type { Priority } from "./task.ts";

export interface Subtask {
  readonly id: string;
  readonly title: string;
  /** The agent that does it; absent where it has a command of its own. */
  readonly agent?: string;
  /** 1 for tasks that depend on nothing. */
  readonly wave: number;
  readonly priority: Priority;
  /** By its author's guess. */
  readonly estimateMs?: number;
}

export interface Analysis {
  /** In the order in which they may start: by wave, then priority, then as the plan has them. */
  readonly subtasks: readonly Subtask[];
  /** `to` waits for `from`; a `sequential` plan's order counts, too. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** Ids of tasks that depend on nothing: they may start at once, together. */
  readonly independent: readonly string[];
  /** Ids by who does them; `command` are those with a command of their own. */
  readonly bySpecialist: Readonly<Record<string, readonly string[]>>;
  /** Ids of what may run together; in each wave in the order in which they start. */
  readonly waves: readonly (readonly string[])[];
  /** The longest estimate of each wave, added up; tasks without an estimate count as 0. */
  readonly estimatedMs: number;
}

/** Analyses a plan without faults. Pure. */
export function analyse({ tasks, pattern }: Pick<Plan, "tasks" | "pattern">): Analysis {
  const before = predecessors(tasks, pattern);
  const wave = wavesOf(before);
  const id = (at: number): string => tasks[at]?.id ?? "";
  const order = schedule(tasks, wave);
  const waves = [...Map.groupBy(order, (at) => wave[at] ?? 0).values()];
  const specialists = [...Map.groupBy(order, (at) => tasks[at]?.agent ?? "command")];
  return {
    subtasks: order.flatMap((at) => (tasks[at] === undefined ? [] : subtask(tasks[at], wave[at] ?? 0))),
    edges: before.flatMap((list, at) => list.map((from) => ({ from: id(from), to: id(at) }))),
    independent: order.filter((at) => before[at]?.length === 0).map(id),
    bySpecialist: Object.fromEntries(specialists.map(([name, list]) => [name, list.map(id)])),
    waves: waves.map((list) => list.map(id)),
    estimatedMs: waves
      .map((list) => list.reduce((most, at) => Math.max(most, tasks[at]?.estimateMs ?? 0), 0))
      .reduce((sum, longest) => sum + longest, 0),
  };
}

function subtask(
  { id, title = id, agent, priority, estimateMs }: Plan["tasks"][number],
  wave: number,
): Subtask {
  return {
    id,
    title,
    ...(agent !== undefined && { agent }),
    wave,
    priority,
    ...(estimateMs !== undefined && { estimateMs }),
  };
}
