/** What the actors of a run are told of it where it is forked: its id, and its own folder. */
import { dirname, join } from "node:path";
import type { ForkedInput, ForkOf } from "../actors/kind.ts";
import { WorkflowInput } from "../events/commands.ts";
import type { Json, JsonObject } from "../events/json.ts";
import { shaped } from "../machines/workflow/patterns.ts";

/** A path of the original, and the one that stands for it in the fork. */
export type Moved = readonly [from: string, to: string];

/** The input of an actor that knows the run by its id. */
export function inForkedRun(input: Json, { to }: ForkOf): ForkedInput {
  return { input: isObject(input) ? { ...input, run: to } : input };
}

/**
 * The input of a workflow. Its fork has a folder of its own beside that of the original, named
 * after the fork, so that neither writes into the other's.
 */
export function forkedWorkflow(input: Json, { to }: ForkOf): ForkedInput {
  const folders = movesOf(input, to);
  const [, artifacts] = folders.at(-1) ?? [];
  if (!isObject(input)) return { input };
  return { input: { ...input, run: to, ...(artifacts !== undefined && { artifacts }) }, folders };
}

/**
 * Where a run's files are in its fork: first those that patterns name after the run, at last the
 * folder with all others. Empty where it is no run of a plan.
 */
export function movesOf(given: Json, to: string): readonly Moved[] {
  const input = WorkflowInput.safeParse(given);
  if (!input.success) return [];
  const { run, plan, artifacts } = input.data;
  const own = join(dirname(artifacts), to);
  const before = namedAfter(plan, run);
  const named = namedAfter(plan, to).flatMap((name, at): Moved[] => {
    const old = before[at];
    return old === undefined || old === name ? [] : [[join(artifacts, old), join(own, name)]];
  });
  return [...named, [artifacts, own]];
}

/** Files in a run's folder that may be named after it. */
function namedAfter(plan: WorkflowInput["plan"], run: string): readonly string[] {
  const outputs = shaped(plan, run).tasks.flatMap((task) => task.outputs);
  const inside = outputs.filter((path) => path.startsWith("artifacts/"));
  return [
    ...inside.map((path) => path.slice("artifacts/".length)),
    `parallel-result-${run}.md`,
    `hub-final-${run}.md`,
  ];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
