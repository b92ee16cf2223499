/** How a run ended, or will: its report is written before its last record says so. */
import { isOver, type RunView, type TaskView } from "./runs-view.ts";

export interface Verdict {
  readonly status: string;
  /** It failed, and some of what it made is kept (S0-008): nothing was undone. */
  readonly partial: boolean;
}

export function verdictOf(view: RunView): Verdict {
  const status = view.open && allOver(view) ? foreseen(view) : view.status;
  const kept = branchesOf(view).some((task) => task.status === "COMPLETED");
  return { status, partial: status === "FAILED" && kept && view.compensating === undefined };
}

/** The tasks that its author wrote: of a parallel run the branches, of a hub the spokes. */
export function branchesOf({ tasks }: Pick<RunView, "tasks">): readonly TaskView[] {
  return tasks.filter(({ added, parent }) => added === undefined && parent === undefined);
}

/** T-P1: of what was delegated, the share that was completed; undefined where nothing was. */
export function successRate(view: Pick<RunView, "tasks">): number | undefined {
  const delegated = branchesOf(view).filter(
    ({ delegatedAt, status }) => delegatedAt !== undefined || status === "COMPLETED",
  );
  if (delegated.length === 0) return undefined;
  return delegated.filter(({ status }) => status === "COMPLETED").length / delegated.length;
}

/** T-P2: whether branches count as joined. */
function isJoined(join: string, branches: readonly TaskView[]): boolean {
  const completed = branches.filter(({ status }) => status === "COMPLETED").length;
  if (join === "any" || join === "settle") return completed > 0;
  const quorum = /^quorum:(\d+)$/.exec(join)?.[1];
  return completed >= (quorum === undefined ? branches.length : Number(quorum));
}

function allOver({ tasks }: RunView): boolean {
  return tasks.length > 0 && tasks.every(({ status }) => isOver(status));
}

const JOINED: ReadonlySet<string> = new Set(["parallel", "hub", "dynamic"]);

function foreseen(view: RunView): string {
  if (view.cancelled) return "CANCELLED";
  const branches = branchesOf(view);
  const added = view.tasks.filter((task) => task.added === true && task.parent === undefined);
  const good = JOINED.has(view.pattern) ? isJoined(view.join, branches) : branches.every(isGood);
  return good && added.every(isGood) && view.compensating === undefined ? "COMPLETED" : "FAILED";
}

/** A task that its own condition did not want is no failure. */
function isGood({ status, blockedBy }: TaskView): boolean {
  return status === "COMPLETED" || (status === "SKIPPED" && blockedBy === undefined);
}
