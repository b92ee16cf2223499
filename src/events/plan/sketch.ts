/**
 * What can be read of a plan, valid or not, so that a wrong field hides no other fault.
 */
import { isRecord, isText, listAt, valueAt, type Steps } from "./fault.ts";
import type { GraphTask } from "./graph.ts";
import { predecessors, reachability, wavesOf, type IsBehind } from "./order.ts";
import { Pattern } from "./plan.ts";

/** One task, as far as it can be read. */
export interface SketchTask extends GraphTask {
  readonly at: number;
  /** Its id in messages: `"a"`, or its place where it has none. */
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a document calls the fields of a plan. */
export interface Words {
  readonly tasks: string;
  readonly dependsOn: string;
}

export interface Sketch {
  readonly words: Words;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Absent where it is none. */
  readonly pattern: Pattern | undefined;
  readonly tasks: readonly SketchTask[];
  readonly before: readonly (readonly number[])[];
  readonly waves: readonly number[];
  readonly isBehind: IsBehind;
}

const PLAN: Words = { tasks: "tasks", dependsOn: "dependsOn" };

/** @param words for messages; the value itself has the fields of a plan. */
export function sketchOf(value: unknown, words: Words = PLAN): Sketch {
  const fields = isRecord(value) ? value : {};
  const pattern = Pattern.safeParse(fields["pattern"] ?? "graph").data;
  const tasks = listAt(value, ["tasks"]).map((task, at) => sketchTask(task, at, words));
  const before = predecessors(tasks, pattern);
  const waves = wavesOf(before);
  return { words, fields, pattern, tasks, before, waves, isBehind: reachability(before, waves) };
}

/** A place that holds no id counts as a task nobody can name. */
function sketchTask(task: unknown, at: number, words: Words): SketchTask {
  const fields = isRecord(task) ? task : {};
  const id = fields["id"];
  return {
    at,
    id: isText(id) ? id : `${UNREAD}${at}`,
    name: isText(id) ? `"${id}"` : `${words.tasks}[${at}]`,
    fields,
    dependsOn: listAt(fields, ["dependsOn"]).map((item, i) =>
      isText(item) ? item : `${UNREAD}${at}.${i}`,
    ),
  };
}

/** No text of a plan holds it. */
const UNREAD = "\0";

/** Whether it could be read: what cannot is a fault of its type already. */
export function isRead(id: string): boolean {
  return !id.startsWith(UNREAD);
}

/** The ids of a plan. */
export function idsOf({ tasks }: Sketch): readonly string[] {
  return tasks.map(({ id }) => id).filter(isRead);
}

/** Everybody who may be asked to do something, and where that stands. */
export function doersOf({ fields, tasks }: Sketch): readonly { path: Steps; fields: unknown }[] {
  const ofPlan: Steps[] = [["aggregate"], ["hub"], ["generate"]];
  const ofTasks = tasks.flatMap(({ at }): Steps[] => [
    ["tasks", at],
    ["tasks", at, "gate"],
    ["tasks", at, "compensate"],
  ]);
  return [...ofPlan, ...ofTasks].flatMap((path) => {
    const found = valueAt(fields, path);
    return isRecord(found) ? [{ path, fields: found }] : [];
  });
}
