/**
 * A run while it moves: lines for a terminal that are painted over, or one line per event
 * where there is none. Pure.
 */
import { endedTasks, type RunView, type TaskView } from "../projections/runs-view.ts";
import { tokensOf } from "../projections/report-agents.ts";
import type { AgentView } from "../projections/runs-agents.ts";
import { fit, inked, span, styleOf, width, type Ink } from "./paper.ts";
import { asks, isUnsettled } from "./standing.ts";
import { tameLine } from "./terminal.ts";

export interface Screen extends Ink {
  readonly columns: number;
  readonly rows: number;
}

const SIGNS: Readonly<Record<string, string>> = {
  PENDING: "·",
  WAITING: "◷",
  COMPLETED: "✓",
  FAILED: "✗",
  CANCELLED: "⊘",
  SKIPPED: "↷",
};
const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const FRAME_MS = 100;
/** So many questions to people are shown at once. */
const MOST_ASKS = 2;

/** A picture of a run that fits the screen: what moves is shown first where not all can be. */
export function picture(view: RunView, now: number, screen: Screen): readonly string[] {
  const { tasks } = view;
  const ended = endedTasks(view);
  const took = span(Math.max(0, (view.open ? now : view.movedAt) - view.startedAt));
  const head = `${view.name} ${view.run}: ${view.status}, ${ended} of ${tasks.length} tasks, ${took}`;
  const needs = asks(view).slice(0, MOST_ASKS);
  const room = Math.max(1, screen.rows - 3 - needs.length);
  const shown = tasks.length <= room ? tasks : fewer(tasks, room - 1);
  const names = Math.min(24, Math.max(...shown.map(({ id }) => width(id)), 4));
  const lines = shown.map((task) => taskLine(task, now, screen, names));
  const hidden = tasks.length - shown.length;
  const more = hidden > 0 ? [inked(screen, "dim", `  and ${hidden} more`)] : [];
  const asked = needs.map((line) =>
    inked(screen, "yellow", fit(`  ${tameLine(line)}`, screen.columns - 1)),
  );
  return [inked(screen, "bold", fit(tameLine(head), screen.columns - 1)), ...lines, ...more, ...asked];
}

const WEIGHT: Readonly<Record<string, number>> = { RUNNING: 0, WAITING: 1, FAILED: 2, PENDING: 3 };

/** So many tasks, those that matter most now, in plan order. */
function fewer(tasks: readonly TaskView[], room: number): readonly TaskView[] {
  const weight = ({ status }: TaskView): number => WEIGHT[status] ?? 4;
  const chosen = new Set(tasks.toSorted((a, b) => weight(a) - weight(b)).slice(0, Math.max(1, room)));
  return tasks.filter((task) => chosen.has(task));
}

function taskLine(task: TaskView, now: number, screen: Screen, names: number): string {
  const frame = FRAMES.charAt(Math.floor(now / FRAME_MS) % FRAMES.length);
  const sign = task.status === "RUNNING" ? frame : (SIGNS[task.status] ?? "?");
  const name = fit(task.id, names);
  const rest = tameLine(remark(task, now));
  const left = screen.columns - names - 6;
  const padded = name + " ".repeat(Math.max(0, names - width(name)));
  return ` ${inked(screen, styleOf(task.status), sign)} ${padded}  ${inked(screen, "dim", fit(rest, left))}`;
}

/** What there is to say of a task now, and how long it took. */
export function remark(task: TaskView, now: number): string {
  const said = word(task, now);
  switch (task.status) {
    case "RUNNING":
      return `${said} (${timing(task, now - (task.startedAt ?? now))})`;
    case "COMPLETED":
    case "FAILED":
      return `${said} (${timing(task, task.durationMs)})`;
    default:
      return said;
  }
}

/** What there is to say of a task now. */
export function word(task: TaskView, now: number): string {
  const { title, failure, summary } = task;
  switch (task.status) {
    case "WAITING":
      return wait(task, now);
    case "COMPLETED":
      return summary === undefined || summary === "" ? title : summary;
    case "FAILED":
      return `${failure?.message}`;
    case "SKIPPED":
      return task.blockedBy === undefined ? `${task.reason}` : `blocked by ${task.blockedBy}`;
    case "CANCELLED":
      return task.reason ? `cancelled: ${task.reason}` : "cancelled";
    default:
      return title;
  }
}

/** What a task waits for. */
function wait(task: TaskView, now: number): string {
  const { waitsFor, dueAt, openGates, blockedByBranches } = task;
  switch (waitsFor ?? "retry") {
    case "approval":
      return openGates.length === 0 ? "for its run" : `for a human: ${openGates.join(", ")}`;
    case "branch":
      return `for ${blockedByBranches.join(", ") || "its run"}${why(task)}`;
    case "held":
      return "stopped by the pause; it runs again when the run is resumed";
    case "healing":
      return `${another(task)} in ${span(Math.max(0, (dueAt ?? now) - now))}${why(task)}`;
    case "retry":
      return `again in ${span(Math.max(0, (dueAt ?? now) - now))}${why(task)}`;
  }
}

/** How it is tried next (T-H1). */
function another({ starts }: TaskView): string {
  const { strategy = "", agent } = starts.at(-1)?.approach ?? {};
  const words = strategy.replace("_", " ");
  return agent === undefined ? words : `${words} (${agent})`;
}

/** A task that is being mended has no failure yet: what broke stands with its last attempt. */
function why({ failure, starts }: TaskView): string {
  const message = (failure ?? starts.at(-1)?.attempts.at(-1)?.failure)?.message;
  return message === undefined ? "" : `: ${message}`;
}

function timing(task: TaskView, ms = 0): string {
  return [span(Math.max(0, ms)), ...tries(task)].join(", ");
}

function tries({ attempts, restarts, reworks }: TaskView): readonly string[] {
  return [
    ...(reworks > 0 ? [`sent back ${reworks === 1 ? "once" : `${reworks} times`}`] : []),
    ...(attempts > 1 ? [`attempt ${attempts}`] : []),
    ...(restarts > 0 ? ["started again after a stop"] : []),
  ];
}

/** What is said, without a live view, when a task came to where it is. */
export function news(before: TaskView | undefined, task: TaskView, now: number): string | undefined {
  const { status, id, title } = task;
  if (status === "PENDING" || isUnsettled(task)) return undefined;
  if (before !== undefined && isSame(before, task)) return undefined;
  const begun = [title, ...tries(task)].join(", ");
  return `${status.padEnd(9)}  ${id}: ${tameLine(status === "RUNNING" ? begun : remark(task, now))}`;
}

/** What an agent did, in a line; undefined where it did nothing new. */
export function agentNews(before: AgentView | undefined, agent: AgentView): string | undefined {
  const { agent: name = "an agent", doing, task = "" } = agent;
  const old = before ?? { doing: "", turns: 0, tools: 0 };
  if (old.doing === doing && old.turns === agent.turns && old.tools === agent.tools) return undefined;
  const answered = agent.turns > old.turns;
  const cost = answered ? ` (${agent.model ?? "?"}, ${tokensOf(agent)} tokens so far)` : "";
  return `           ${tameLine(`${task}: ${name} ${doing}${cost}`)}`;
}

function isSame(a: TaskView, b: TaskView): boolean {
  return (
    a.id === b.id &&
    a.status === b.status &&
    a.waitsFor === b.waitsFor &&
    a.openGates.join() === b.openGates.join() &&
    (b.waitsFor !== "branch" || a.blockedByBranches.join() === b.blockedByBranches.join()) &&
    a.attempts === b.attempts &&
    (a.restarts === b.restarts || b.status !== "RUNNING")
  );
}
