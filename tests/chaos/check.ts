/**
 * What must hold after a storm, whatever happened in it: read from the log, from a replay of it,
 * from what clients were told and from what the outside world saw.
 *
 * - L1, A5. Every stream is gap-free, no record stands twice, every actor replays to its hashes.
 * - L5. Who read the log live all along has seen each record once, in order, and left none out.
 * - A9, S1. What was acknowledged stands once, where the answer said; nothing is invented.
 * - A8, A11. Every message arrived once, in order; nobody owes anything any more.
 */
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import type { EventLog, Recorded, SnapshotStore } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { checkAnswers } from "../../src/testing/check-answers.ts";
import { checkEffects } from "../../src/testing/check-effects.ts";
import { checkOwners } from "../../src/testing/check-owners.ts";
import type { Evidence } from "../../src/testing/evidence.ts";
import { replayAll } from "../../src/testing/replayed.ts";
import type { Told } from "../../src/testing/user.ts";
import { readingKinds } from "./bank.ts";
import { checkMoney } from "./check-money.ts";
import { checkNotes, type Overlaps } from "./check-notes.ts";
import type { Deed } from "./outside.ts";

/** What a storm leaves behind. */
export interface Stormed {
  /** The whole log, as a scan gives it. */
  readonly records: readonly Recorded[];
  /** What is cached of its actors. Default: nothing. */
  readonly snapshots?: SnapshotStore;
  readonly told: readonly Told[];
  readonly outside: readonly Deed[];
  /** How the ids of records begin that nobody may have written: their host's clock is far off. */
  readonly barred?: readonly string[];
  /** What a live reader saw. Default: not known. */
  readonly seen?: readonly Recorded[];
}

export interface Judgement extends Overlaps {
  /** What is wrong, in words; empty where all is well. */
  readonly faults: readonly string[];
  readonly records: number;
  readonly transfers: number;
  readonly takeOvers: number;
}

export async function judgeStorm(stormed: Stormed): Promise<Judgement> {
  const faults: string[] = [];
  const fault = (text: string): void => void faults.push(text);
  const actors = await replayStorm(stormed, fault);
  checkEpochs(stormed.records, fault);
  for (const { stream, seq, id } of stormed.records)
    if (stormed.barred?.some((prefix) => id.startsWith(prefix)) === true)
      fault(`${stream} ${seq} was written by ${id}, whose clock is far off`);
  if (stormed.seen !== undefined) checkSeen(stormed.records, stormed.seen, fault);
  const judged = judgeActors(actors, stormed, fault);
  const takeOvers = stormed.records.filter(({ type }) => type === "troupe.recovered").length;
  return { faults, records: stormed.records.length, takeOvers, ...judged };
}

/** Judges what the actors of a log are, once they were replayed. */
export function judgeActors(
  actors: Evidence["actors"],
  { told, outside }: Pick<Stormed, "told" | "outside">,
  fault: (text: string) => void,
): Overlaps & { readonly transfers: number } {
  // what the world saw has a form of its own here, and owners may live side by side
  const lives = [{ life: 1, end: "lost", replaced: true }] as const;
  const evidence: Evidence = { actors, world: [], lives, fault };
  checkAnswers(evidence, { told });
  checkUnanswered(told, fault);
  checkEffects(evidence);
  checkOwners(evidence);
  return { ...checkNotes(evidence, outside), transfers: checkMoney(evidence) };
}

/** Replays the actors of a storm from their records. */
export async function replayStorm(
  stormed: Pick<Stormed, "records" | "snapshots">,
  fault: (text: string) => void,
): Promise<Evidence["actors"]> {
  const kinds = kindsByName(readingKinds);
  await using log = logOf(stormed);
  return await replayAll({ log, kinds, stepper: readingStepper(kinds) }, fault);
}

/** A log that holds these records and nothing else. */
function logOf({ records, snapshots }: Pick<Stormed, "records" | "snapshots">): EventLog {
  const empty = memoryLog();
  return {
    ...empty,
    snapshots: snapshots ?? empty.snapshots,
    async *scan() {
      for (const record of records) yield { ...record, position: "" };
    },
    async *read(stream, { after = 0, to = Infinity } = {}) {
      const own = records.filter((record) => record.stream === stream);
      yield* own.slice(after, Math.min(to, own.length));
    },
  };
}

function checkUnanswered(told: readonly Told[], fault: (text: string) => void): void {
  for (const { act, answers, sent } of told)
    if (answers.length === 0)
      fault(`${"id" in act ? act.id : "the start"} to ${act.to} has no answer, sent ${sent} times`);
}

/** A4: whoever has taken an actor over has the last word; an older owner writes nothing behind it. */
function checkEpochs(records: readonly Recorded[], fault: (text: string) => void): void {
  const last = new Map<string, number>();
  for (const { stream, seq, body } of records) {
    const epoch = Number(body["epoch"]);
    const before = last.get(stream) ?? 0;
    if (epoch < before) fault(`${stream} ${seq}: epoch ${epoch} writes behind ${before}`);
    last.set(stream, Math.max(epoch, before));
  }
}

/** Partition by partition both must be the same; a partition keeps the order of each of its streams. */
function checkSeen(
  records: readonly Recorded[],
  seen: readonly Recorded[],
  fault: (text: string) => void,
): void {
  const read = new Map<string, number>();
  for (const { stream, seq } of seen) {
    const before = read.get(stream) ?? 0;
    if (seq !== before + 1) fault(`the live reader saw ${stream} ${seq} behind ${before}`);
    read.set(stream, seq);
  }
  const tips = new Map(records.map(({ stream, seq }) => [stream, seq]));
  for (const [stream, tip] of tips)
    if (read.get(stream) !== tip)
      fault(`the live reader saw ${stream} up to ${read.get(stream) ?? 0} of ${tip}`);
}
