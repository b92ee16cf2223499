/** How jobs leave their workers and the queue: ended, failed, lapsed, cancelled; and how they come back. */
import { entryOf } from "../../events/entry.ts";
import { now } from "../../events/now.ts";
import type { CommandOf, Ended } from "../../events/queue/queue.ts";
import { get, put, without } from "../sorted.ts";
import type { OpenJob } from "./board.ts";
import { lineUp, stepOut, strike, waitUntil } from "./line.ts";
import type { Turn } from "./turn.ts";

export function report(turn: Turn, { worker, ended }: CommandOf<"REPORT">): void {
  const here = entryOf(turn.context.workers, worker);
  if (here !== undefined) turn.worker(worker, { ...here, seen: now() });
  for (const one of ended) {
    const number = Number(one.job);
    const job = turn.job(number);
    const held = turn.lease(number);
    if (job === undefined || held?.worker !== worker || held.lease !== one.lease) continue;
    letGo(turn, number, job);
    const calledOff = held.cancelling === true && one.retryInMs !== undefined;
    end(turn, number, job, calledOff ? { ...one, cancelled: true } : one);
  }
}

type Outcome = Omit<Ended, "job" | "lease">;

function end(turn: Turn, number: number, job: OpenJob, ended: Outcome): void {
  const { failure, retryInMs, cancelled, result } = ended;
  if (cancelled === true) {
    turn.forget(number, job);
    turn.tell(number, { type: "CANCELLED" });
  } else if (failure === undefined) {
    turn.forget(number, job);
    turn.tell(number, { type: "COMPLETED", ...(result !== undefined && { result }) });
  } else if (retryInMs === undefined) {
    rest(turn, number, job);
    turn.tell(number, { type: "FAILED", failure });
  } else {
    const retryAt = now() + retryInMs;
    turn.tell(number, { type: "FAILED", failure, retryAt });
    waitUntil(turn, number, job, retryAt);
  }
}

/** It has failed, and is kept for whoever retries it by hand; its key is free meanwhile. */
function rest(turn: Turn, number: number, job: OpenJob): void {
  turn.forget(number, job);
  turn.keep(number, { ...job, failed: true });
}

/** Its worker has it no longer. */
function letGo(turn: Turn, number: number, { handler }: OpenJob): void {
  const { workers, work, busy } = turn.context;
  const worker = turn.lease(number)?.worker ?? "";
  const here = entryOf(workers, worker);
  const { [handler]: count = 1, ...others } = busy;
  turn.change({
    work: without(work, number),
    busy: count === 1 ? others : { ...busy, [handler]: count - 1 },
  });
  if (here !== undefined) turn.worker(worker, { ...here, busy: here.busy - 1 });
}

/** A lease is over without a word of its worker: the job stands where it stood, if it may run again. */
export function lapse(turn: Turn, number: number, { counts = true } = {}): void {
  const job = turn.job(number);
  const held = turn.lease(number);
  if (job === undefined || held === undefined) return;
  const lapses = (job.lapses ?? 0) + (counts ? 1 : 0);
  letGo(turn, number, job);
  if (held.cancelling === true) return end(turn, number, job, { cancelled: true });
  if (lapses > turn.context.settings.maxLapses) {
    rest(turn, number, job);
    const message = `${lapses} leases lapsed: its workers were lost, or never answered`;
    turn.tell(number, { type: "FAILED", failure: { code: "LEASE_LOST", message } });
    return;
  }
  turn.tell(number, { type: "LAPSED", lease: held.lease });
  lineUp(turn, number, lapses === 0 ? job : { ...job, lapses }, { behind: false });
}

/** Never run, where nobody has it yet; else its worker is asked to stop. */
export function cancel(turn: Turn, command: CommandOf<"CANCEL">): void {
  const number = Number(command.job);
  const job = turn.job(number);
  if (job === undefined) return;
  const held = turn.lease(number);
  const running = held !== undefined;
  if (job.due !== undefined) strike(turn, job.due);
  if (held === undefined) {
    stepOut(turn, job);
    turn.forget(number, job);
  } else {
    turn.change({ work: put(turn.context.work, number, { ...held, cancelling: true }) });
  }
  if (held?.cancelling !== true) turn.tell(number, { type: "CANCEL" });
  turn.say({ type: "queue.cancelled", v: 1, data: { job: command.job, running } });
}

export function retry(turn: Turn, command: CommandOf<"RETRY">): void {
  const number = Number(command.job);
  const job = turn.job(number);
  if (job?.failed !== true) return;
  const { lapses: _, key, ...fresh } = job;
  const { keys } = turn.context;
  const free = key !== undefined && get(keys, key) === undefined;
  if (free) turn.change({ keys: put(keys, key, number) });
  turn.tell(number, { type: "QUEUED", fresh: true });
  lineUp(turn, number, free ? { ...fresh, key } : fresh);
  turn.say({ type: "queue.retried", v: 1, data: { job: command.job } });
}
