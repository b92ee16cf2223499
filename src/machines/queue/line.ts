/** The line and the agenda: where jobs wait, and how they come and go. */
import { put, sorted, without } from "../sorted.ts";
import { dueOf, rankOf, type OpenJob } from "./board.ts";
import type { Turn } from "./turn.ts";

/** Into line, where it stood before or, `behind`, as the last of its priority. */
export function lineUp(turn: Turn, number: number, job: OpenJob, { behind = true } = {}): void {
  const placed = behind ? { ...job, place: turn.place() } : job;
  const { lines } = turn.context;
  const line = put(lines[job.handler] ?? sorted<number, number>(), rankOf(placed), number);
  turn.change({ lines: { ...lines, [job.handler]: line } });
  turn.stand(number, placed, { at: "line" });
}

/** Out of line. */
export function stepOut(turn: Turn, job: OpenJob): void {
  const { [job.handler]: line, ...others } = turn.context.lines;
  if (line === undefined) return;
  const rest = without(line, rankOf(job));
  turn.change({ lines: rest.size === 0 ? others : { ...others, [job.handler]: rest } });
}

/** Onto the agenda. */
export function waitUntil(turn: Turn, number: number, job: OpenJob, at: number): void {
  const due = note(turn, at, number);
  turn.stand(number, job, { at: "agenda", due });
}

/** Writes something onto the agenda, and answers with its key. */
export function note(turn: Turn, at: number, what: number | string): string {
  const due = dueOf(at, turn.place());
  turn.change({ agenda: put(turn.context.agenda, due, what) });
  return due;
}

export function strike(turn: Turn, due: string): void {
  turn.change({ agenda: without(turn.context.agenda, due) });
}
