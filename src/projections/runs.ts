/**
 * Runs as people look at them: a fold over the records of a workflow and its tasks.
 *
 * - One record changes one run, and nothing else is needed to fold it in.
 * - The records of one actor come in order. Whatever order those of different actors of a run
 *   come in, the end is the same: no two actors' records touch the same part of the row.
 */
import { parseAddress } from "../events/address.ts";
import type { Projection, StepRecord as WholeRecord } from "./projection.ts";
import { withAgent } from "./runs-agents.ts";
import { withFeedback } from "./runs-feedback.ts";
import { withTask } from "./runs-listed.ts";
import { unknownRun } from "./runs-plan.ts";
import { startMoved, withStart } from "./runs-task.ts";
import type { RunView } from "./runs-view.ts";
import { workflowMoved } from "./runs-workflow.ts";
import { RUN_TABLES } from "./tables/runs.ts";

/** What this fold reads of a record. */
export type RunRecord = Pick<WholeRecord, "stream" | "at" | "body">;

/** One row per run, by its id: what `troupe ls`, `show` and the reports read. */
export const runs: Projection<RunView> = {
  name: "runs",
  version: 9,
  key({ stream }) {
    return isOfRun(parseAddress(stream)) ? parseAddress(stream).root : undefined;
  },
  fold: evolveRun,
  tables: RUN_TABLES,
};

/** Whether an actor is a part of a run. An agent that somebody has started by itself is not. */
function isOfRun({ kind, path }: ReturnType<typeof parseAddress>): boolean {
  if (kind === "feedback") return path.length === 0;
  return kind === "workflow" || kind === "task" || (kind === "agent" && path.length > 0);
}

/** Folds one record into its run. */
export function evolveRun(view: RunView | undefined, record: RunRecord): RunView | undefined {
  const address = parseAddress(record.stream);
  const { kind, root, path } = address;
  if (!isOfRun(address)) return view;
  if (kind === "feedback") return view && withFeedback(view, record);
  const moved = touched(view ?? unknownRun(root, record.at), record.at);
  const { at, body } = record;
  if (kind === "agent") return { ...moved, agents: withAgent(moved.agents, record) };
  if (kind === "workflow") return path.length === 0 ? workflowMoved(moved, at, body) : moved;
  const { id, n } = startAt(path[0] ?? "");
  if (id === "") return moved;
  return withTask(moved, id, (task) => ({
    ...task,
    starts: withStart(task, n, (start) => startMoved(start, at, body)),
  }));
}

function touched(view: RunView, at: number): RunView {
  const startedAt = Math.min(view.startedAt, at);
  const movedAt = Math.max(view.movedAt, at);
  return { ...view, startedAt, movedAt, records: view.records + 1 };
}

/** `build~2` is the second start of `build`. */
function startAt(part: string): { readonly id: string; readonly n: number } {
  const [id = "", n = "1"] = part.split("~");
  return { id, n: Number(n) };
}
