/** What is wrong with tasks that come into a plan while it runs. */
import type { Fault } from "./fault.ts";
import { faultsOf, type FaultOptions } from "./faults.ts";

/**
 * All faults of tasks that are added when those so far are over: they may depend on these,
 * and write again what these have written. Paths begin with `tasks`, then the index among the
 * added ones.
 *
 * @param over ids of the tasks so far.
 */
export function faultsOfAdded(
  tasks: readonly unknown[],
  over: readonly string[],
  options: FaultOptions = { agents: "any" },
): readonly Fault[] {
  const stubs = over.map((id) => ({ id, run: "true" }));
  const limits = { tasks: 100_000 };
  const faults = faultsOf({ name: "added", limits, tasks: [...stubs, ...tasks] }, options);
  return faults.flatMap((fault) => {
    const [field, at, ...rest] = fault.path;
    return field !== "tasks" || typeof at !== "number" || at < over.length
      ? []
      : {
          ...fault,
          message: shifted(fault.message, over.length),
          path: [field, at - over.length, ...rest],
        };
  });
}

/** Where a message names the place of another task. */
function shifted(message: string, by: number): string {
  return message.replace(/tasks\[(\d+)\] has it$/, (_, at: string) =>
    Number(at) < by ? "a task so far has it" : `tasks[${Number(at) - by}] has it`,
  );
}
