/**
 * The list of a run's tasks: those that its workflow knows, in its order, then any of which only
 * their own records are known, by id; so the order is the same whichever record comes first.
 */
import { newTask, withFace } from "./runs-task.ts";
import type { RunView, TaskParts } from "./runs-view.ts";

/** Changes a task that the workflow knows; it is put at the end of those where it is missing. */
export function withListed(view: RunView, id: string, change: (task: TaskParts) => TaskParts): RunView {
  const found = view.tasks.findIndex((task) => task.id === id);
  const next = withFace(change(view.tasks[found] ?? newTask(id)));
  if (found !== -1 && found < view.listed) return { ...view, tasks: view.tasks.with(found, next) };
  const others = found === -1 ? view.tasks : view.tasks.toSpliced(found, 1);
  return { ...view, tasks: others.toSpliced(view.listed, 0, next), listed: view.listed + 1 };
}

/** Changes a task of which a record of its own tells. */
export function withTask(view: RunView, id: string, change: (task: TaskParts) => TaskParts): RunView {
  const found = view.tasks.findIndex((task) => task.id === id);
  const task = view.tasks[found];
  if (task !== undefined) return { ...view, tasks: view.tasks.with(found, withFace(change(task))) };
  const behind = view.tasks.findIndex((other, at) => at >= view.listed && other.id > id);
  const at = behind === -1 ? view.tasks.length : behind;
  return { ...view, tasks: view.tasks.toSpliced(at, 0, withFace(change(newTask(id)))) };
}
