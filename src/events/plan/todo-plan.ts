/** A todo list as a plan. */
import type { z } from "zod";
import { Limits, Plan } from "./plan.ts";
import type { PlanTask, Priority } from "./task.ts";
import type { TodoItem, TodoList } from "./todo.ts";

/** The plan that a list without faults stands for. Branch todos of a former run are left out. */
export function planOfTodoList(list: TodoList): Plan {
  const { items, todos, tasks, request } = list;
  const lasting = (items ?? todos ?? tasks ?? []).filter((item) => !item.is_temporary);
  const left = new Set(lasting.map(({ id }) => id));
  const plan: z.input<typeof Plan> = {
    name: nameOf(list),
    version: list.version,
    goal: request,
    agents: list.agents,
    limits: {
      depth: list.max_branch_depth,
      branches: list.max_branches,
      tasks: Math.max(lasting.length, Limits.shape.tasks.parse(undefined)),
    },
    tasks: lasting.map((item) => taskOf(item, left)),
  };
  // a plan is recorded, and JSON knows no field that is there and undefined
  return Plan.parse(JSON.parse(JSON.stringify(plan)));
}

/** T-B4: the most urgent numbers of each word, the last one it holds for. */
const PRIORITIES: readonly (readonly [last: number, word: Priority])[] = [
  [2, "URGENT"],
  [5, "HIGH"],
  [8, "NORMAL"],
  [10, "LOW"],
];

function priorityOf(number: number): Priority {
  return PRIORITIES.find(([last]) => number <= last)?.[1] ?? "LOW";
}

function nameOf({ title, request, todo_list_id, workflow_id }: TodoList): string {
  const [line = ""] = request?.trim().split("\n", 1) ?? [];
  const asked = Array.from(line).slice(0, 80).join("");
  return (
    [title, asked, todo_list_id, workflow_id].find((text) => text !== undefined && text !== "") ??
    "todo list"
  );
}

function taskOf(item: TodoItem, lasting: ReadonlySet<string>): z.input<typeof PlanTask> {
  const { failure_routing, max_debug_attempts } = item;
  const mended = failure_routing !== undefined || max_debug_attempts !== undefined;
  return {
    id: item.id,
    title: item.title,
    description: item.description,
    agent: item.agent_role,
    dependsOn: item.dependencies.filter((id) => lasting.has(id)),
    input: item.metadata,
    reads: item.input_artifacts,
    outputs: item.output_artifacts,
    acceptance: item.acceptance_criteria.tests.map(({ cmd, timeout_seconds }) => ({
      cmd,
      timeoutMs: milliseconds(timeout_seconds),
    })),
    priority: priorityOf(item.priority),
    estimateMs: milliseconds(item.estimated_duration),
    timeoutMs: milliseconds(item.timeout_seconds),
    maxRetries: item.max_retries,
    ...(mended && { failureRouting: failure_routing ?? {}, maxDebugAttempts: max_debug_attempts }),
  };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.ceil(seconds * 1_000);
}
