/** Faults of ids and of their order. */
import { nearest } from "../nearest.ts";
import { faultAt, listAt, type Fault } from "./fault.ts";
import { graphFaults, type GraphFault } from "./graph.ts";
import { isReservedId } from "./reserved.ts";
import { idsOf, type Sketch } from "./sketch.ts";

/** For so many faults a repair is guessed: each guess looks at every id. */
const GUESSES = 100;

/** Ids that only troupe gives. */
export function reservedIds({ tasks }: Sketch): readonly Fault[] {
  return tasks
    .filter(({ id }) => isReservedId(id))
    .map(({ id, at }) =>
      faultAt(
        ["tasks", at, "id"],
        `"${id}" is an id that only troupe gives, to tasks that it adds`,
        "Choose another id.",
      ),
    );
}

/** Ids that stand twice, and all that is wrong with what tasks depend on. */
export function orderFaults(sketch: Sketch): readonly Fault[] {
  const { tasks } = sketch;
  const isText = ({ task, dependency }: { readonly task: number; readonly dependency: number }) =>
    typeof listAt(tasks[task]?.fields, ["dependsOn"])[dependency] === "string";
  // a dependency that is no text is already a fault of type
  const found = graphFaults(tasks).filter((fault) => fault.type !== "unknown" || isText(fault));
  const ids = idsOf(sketch);
  return [
    ...found.map((fault, i) => orderFault(fault, sketch, i < GUESSES ? ids : [])),
    ...stageFaults(sketch),
  ];
}

function orderFault(fault: GraphFault, { tasks, words }: Sketch, ids: readonly string[]): Fault {
  if (fault.type === "duplicate")
    return faultAt(
      ["tasks", fault.task, "id"],
      `duplicate id "${tasks[fault.task]?.id}": ${words.tasks}[${fault.first}] has it`,
    );
  const path = ["tasks", fault.task, "dependsOn", fault.dependency];
  const id = tasks[fault.task]?.dependsOn[fault.dependency] ?? "";
  if (fault.type === "cycle")
    return faultAt(path, `cycle: ${fault.ids.join(" → ")}`, "Remove one of these dependencies.");
  if (fault.type === "repeated") return faultAt(path, `"${id}" is named twice`);
  const near = nearest(id, ids);
  const hint = near === undefined ? `Name an id of ${words.tasks}.` : `Did you mean "${near}"?`;
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
