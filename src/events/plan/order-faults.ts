/** Faults of ids and of their order. */
import { nearest } from "../nearest.ts";
import { faultAt, type Fault } from "./fault.ts";
import { graphFaults, type GraphFault } from "./graph.ts";
import { idsOf, isRead, type Sketch } from "./sketch.ts";

/** Ids of tasks that patterns, branch todos and sagas add. */
const RESERVED =
  /_(branch|cycle)_\d+$|_compensation$|^(synthesis|generate)_\d+$|^(aggregate|integrate)$/;

export function orderFaults(sketch: Sketch): readonly Fault[] {
  const { tasks } = sketch;
  const reserved = tasks
    .filter(({ id }) => RESERVED.test(id))
    .map(({ id, at }) =>
      faultAt(
        ["tasks", at, "id"],
        `"${id}" is an id that only troupe gives, to tasks that it adds`,
        "Choose another id.",
      ),
    );
  const found = graphFaults(tasks).filter(
    (fault) => fault.type !== "unknown" || isRead(tasks[fault.task]?.dependsOn[fault.dependency] ?? ""),
  );
  const ids = idsOf(sketch);
  return [...reserved, ...found.map((fault) => orderFault(fault, sketch, ids)), ...stageFaults(sketch)];
}

function orderFault(fault: GraphFault, { tasks }: Sketch, ids: readonly string[]): Fault {
  if (fault.type === "duplicate")
    return faultAt(
      ["tasks", fault.task, "id"],
      `duplicate id "${tasks[fault.task]?.id}": tasks[${fault.first}] has it`,
    );
  const path = ["tasks", fault.task, "dependsOn", fault.dependency];
  const id = tasks[fault.task]?.dependsOn[fault.dependency] ?? "";
  if (fault.type === "cycle")
    return faultAt(path, `cycle: ${fault.ids.join(" → ")}`, "Remove one of these dependencies.");
  if (fault.type === "repeated") return faultAt(path, `"${id}" is named twice`);
  const near = nearest(id, ids);
  const hint = near === undefined ? "Name the id of a task of this plan." : `Did you mean "${near}"?`;
  return faultAt(path, `unknown task "${id}"`, hint);
}

/** A stage cannot wait for one that comes after it; a cycle of `dependsOn` alone is told as one. */
function stageFaults({ pattern, tasks }: Sketch): readonly Fault[] {
  if (pattern !== "sequential") return [];
  const stage = new Map(tasks.map(({ id, at }) => [id, at]));
  return tasks.flatMap(({ at, dependsOn }) =>
    dependsOn.flatMap((id, i) =>
      (stage.get(id) ?? at) > at
        ? faultAt(
            ["tasks", at, "dependsOn", i],
            `"${id}" is a later stage: a sequential plan runs its tasks as they are listed`,
            "Put that stage before this one.",
          )
        : [],
    ),
  );
}
