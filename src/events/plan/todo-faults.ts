/** What is wrong with a todo list, each fault at its place in the list. */
import { unknownAgents } from "./agent-faults.ts";
import {
  faultAt,
  faultOfKey,
  isRecord,
  isTooDeep,
  listAt,
  valueAt,
  type Fault,
  type Steps,
} from "./fault.ts";
import type { FaultOptions } from "./faults.ts";
import { orderFaults, reservedIds } from "./order-faults.ts";
import { pathFaults } from "./path-faults.ts";
import { schemaFaults } from "./schema-faults.ts";
import { secretFaults } from "./secret-faults.ts";
import { sketchOf } from "./sketch.ts";
import { ITEMS, TodoList } from "./todo.ts";

/** What items call the fields of a task. */
const NAMES: ReadonlyMap<string | number, string> = new Map([
  ["agent", "agent_role"],
  ["dependsOn", "dependencies"],
  ["failureRouting", "failure_routing"],
  ["outputs", "output_artifacts"],
  ["reads", "input_artifacts"],
]);

/** All faults of a value that should be a todo list. Empty: it is one. */
export function todoFaultsOf(value: unknown, { agents = [] }: FaultOptions = {}): readonly Fault[] {
  if (isTooDeep(value)) return [faultAt([], "it is nested too deeply")];
  const schema = schemaFaults(TodoList, value, "a todo list: fields such as title and items");
  if (!isRecord(value)) return schema;
  const lists = ITEMS.filter((name) => value[name] !== undefined);
  const [list = "items", ...more] = lists;
  const sketch = sketchOf(planLike(value, list), { tasks: list, dependsOn: "dependencies" });
  const isTemporary = ({ path }: Fault): boolean =>
    valueAt(value, [list, ...path.slice(1, 2), "is_temporary"]) === true;
  const found = [
    ...secretFaults(sketch),
    // a branch todo of a former run keeps the id that troupe gave it
    ...reservedIds(sketch).filter((fault) => !isTemporary(fault)),
    ...orderFaults(sketch),
    ...pathFaults(sketch),
    ...unknownAgents(sketch, agents),
  ];
  const tasks = listAt(value, [list]);
  const isAllDone = tasks.length > 0 && tasks.every((_, at) => isTemporary(faultAt([list, at], "")));
  return [
    ...schema,
    ...(isAllDone ? [faultAt([list], "all of it are branch todos of a former run")] : []),
    ...(lists.length === 0 ? [faultAt(["items"], "it is missing: a todo list needs its items")] : []),
    ...more.map((name) => faultOfKey([name], `the list has its items under "${list}" already`)),
    ...found.map((fault) => ({ ...fault, path: placeInList(fault.path, list) })),
  ];
}

/** What can be read of a list, in the words of a plan. */
function planLike(value: Readonly<Record<string, unknown>>, list: string): unknown {
  const tasks = listAt(value, [list]).map((item) => {
    if (!isRecord(item)) return item;
    const renamed = [...NAMES].map(([ours, theirs]) => [ours, item[theirs]]);
    return { ...Object.fromEntries(renamed), id: item["id"] };
  });
  return { agents: value["agents"], tasks };
}

function placeInList(path: Steps, list: string): Steps {
  if (path[0] !== "tasks") return path;
  return [
    list,
    ...path.slice(1, 2),
    ...path.slice(2, 3).map((field) => NAMES.get(field) ?? field),
    ...path.slice(3),
  ];
}
