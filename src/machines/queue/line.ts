/** The line and the agenda: where jobs wait, and how they come and go. */
import { entryOf } from "../../events/entry.ts";
import { put, sorted, without } from "../sorted.ts";
import { dueOf, rankAt, type OpenJob } from "./board.ts";
import type { Turn } from "./turn.ts";

/** Into line as the last of its priority, or where it stood before. */
export function lineUp(turn: Turn, number: number, job: OpenJob, { behind = true } = {}): void {
  const rank = behind ? rankAt(job.rank, turn.place()) : job.rank;
  const { lines } = turn.context;
  const line = put(entryOf(lines, job.handler) ?? sorted<number, number>(), rank, number);
  turn.change({ lines: { ...lines, [job.handler]: line } });
  const { due: _, failed: __, ...rest } = job;
  turn.keep(number, { ...rest, rank });
}

/** Out of line; nothing where it does not stand there. */
export function stepOut(turn: Turn, { handler, rank }: OpenJob): void {
  const line = entryOf(turn.context.lines, handler);
  if (line === undefined) return;
  const rest = without(line, rank);
  if (rest === line) return;
  const { [handler]: _, ...others } = turn.context.lines;
  turn.change({ lines: rest.size === 0 ? others : { ...turn.context.lines, [handler]: rest } });
}

/** Onto the agenda. */
export function waitUntil(turn: Turn, number: number, job: OpenJob, at: number): void {
  turn.keep(number, { ...job, due: note(turn, at, number) });
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
