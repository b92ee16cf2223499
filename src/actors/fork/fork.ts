/**
 * A fork: a new run that begins with the history of another up to a cut, and goes on from there.
 *
 * - The original is only read.
 * - Nothing of the fork runs before its last record is on disk: no record before that says that
 *   anything is owed, and who is asked to run an actor whose history is not told up to its end refuses
 *   (`FORK_UNFINISHED`).
 * - A3. An owner that starts no activities takes nothing of it over, so that who does is the first, and
 *   counts no loss of what never began.
 * - L4. The same fork again, after a crash at any append, goes on where it stopped: the time by which it
 *   was shifted stands in its first record, and all ids follow from that.
 */
import { TroupeError } from "../../errors.ts";
import { parseAddress, rootOf } from "../../events/address.ts";
import type { EventLog, NewRecord } from "../../events/log/log.ts";
import { readRun } from "../../events/log/run-records.ts";
import { appendSurely } from "../append.ts";
import type { Runner } from "../runner.ts";
import { assertTold, begunIn, cutFor, runExists, type Begun } from "./begun.ts";
import { assertUncaused } from "./checks.ts";
import { latestIn } from "./cut.ts";
import type { Forked, ForkRequest } from "./request.ts";
import { retell, type Told, type ToldRecord } from "./retell.ts";
import { verified } from "./verified.ts";

/**
 * Forks a run into the log of a runner that owns the new run's partition.
 *
 * @param source the log that has the original.
 * @param to the new run's id.
 * @throws {@link TroupeError} `RUN_NOT_FOUND`, `POSITION_UNKNOWN`, `RUN_EXISTS`, `REPLAY_DIVERGED`, `KIND_UNKNOWN`,
 * `FORK_DIVERGED`, `FORK_UNFINISHED`, what `set` and `replace` may be refused with, and what appending throws.
 */
export async function fork(
  runner: Runner,
  source: EventLog,
  to: string,
  request: ForkRequest,
): Promise<Forked> {
  const { runtime: rt } = runner;
  parseAddress(`run/${to}`);
  const run = await readRun(source, request.of);
  assertTold(run);
  const begun = await begunIn(rt.log, to);
  const cut = cutFor(run, to, request, begun);
  const { position, actors, records } = cut;
  const forked = { run: to, of: request.of, position, actors: actors.size, records: records.length };
  if (begun?.whole === true) return forked;
  const steps = await verified(rt, source, cut);
  assertUncaused(cut, steps);
  const shiftMs = begun?.origin?.shiftMs ?? Math.max(0, rt.clock.now() - latestIn(cut));
  const told = await retell(rt, { cut, steps, request, to, shiftMs });
  await write(runner, told, begun);
  if (rt.activities) await goOn(runner, told, to); // else the next owner does: its last record says what is owed
  return forked;
}

/** Appends what is not there yet, in the order of the original's log. */
async function write({ runtime: rt }: Runner, told: Told, begun: Begun | undefined): Promise<void> {
  const tips = new Map<string, number>();
  for (const group of grouped(told.records)) {
    const { stream } = group;
    const tip = tips.get(stream) ?? 0;
    tips.set(stream, tip + group.records.length);
    const there = begun?.records.get(stream)?.slice(tip, tip + group.records.length) ?? [];
    if (group.records.some(({ id }, at) => there[at] !== undefined && there[at].id !== id))
      throw runExists(rootOf(stream));
    const fresh = group.records.slice(there.length);
    if (fresh.length === 0) continue;
    if (!rt.running()) throw closed();
    rt.at("before-append", stream);
    await append(rt, stream, fresh, tip + group.records.length - fresh.length);
    rt.at("after-append", stream);
  }
}

async function append(
  rt: Runner["runtime"],
  stream: string,
  records: readonly NewRecord[],
  expected: number,
): Promise<void> {
  try {
    await appendSurely(rt, stream, records, expected);
  } catch (error) {
    // somebody else has begun another run, or fork, of this id meanwhile
    throw TroupeError.is(error, "LOG_WRONG_SEQUENCE") ? runExists(rootOf(stream)) : error;
  }
}

/** Most records of one append. */
const BATCH = 64;

/** Records that stand beside each other in one stream are one append. */
function* grouped(records: readonly ToldRecord[]): Generator<{
  readonly stream: string;
  readonly records: readonly NewRecord[];
}> {
  let group: { stream: string; records: NewRecord[] } = { stream: "", records: [] };
  for (const { stream, record } of records) {
    if (stream !== group.stream || group.records.length === BATCH) {
      if (group.records.length > 0) yield group;
      group = { stream, records: [] };
    }
    group.records.push(record);
  }
  if (group.records.length > 0) yield group;
}

/** From now on it is a run like any other. */
async function goOn(runner: Runner, { system, waker }: Told, run: string): Promise<void> {
  const directory = runner.runtime.directory(run);
  for (const delta of system) directory.apply(delta);
  for (const address of runner.parked.keys()) if (rootOf(address) === run) await runner.unpark(address); // who was asked too early
  await runner.wake(waker);
}

function closed(): TroupeError {
  return new TroupeError("HOST_CLOSED", "the host stopped before the fork was whole", {
    hint: "Make the same fork again: it goes on where it stopped.",
  });
}
