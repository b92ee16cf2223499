/**
 * Drafting: a batch of inputs becomes the records of one append.
 *
 * Nothing here is visible to anybody until the append resolves: effects, answers and refusals
 * wait in the draft, since a refusal too may rest on a state that is not written yet.
 */
import type { Snapshot } from "xstate";
import type { JsonObject } from "../events/json.ts";
import { during } from "../events/now.ts";
import type { NewRecord } from "../events/log/log.ts";
import type { Born, Checkpoint, RecordBody, RecordedEvent, SystemDelta } from "../events/record.ts";
import { parseAddress } from "../events/address.ts";
import { Scales } from "./scales.ts";
import { advance, birth, type Advanced, type Entry, type NumberedEffect } from "./advance.ts";
import type { Fold } from "./fold.ts";
import { identify, type Mover } from "./identity.ts";
import { decide, type Decision, type Input } from "./inputs.ts";
import type { Ledger } from "./ledger.ts";
import { changedBy } from "./directories.ts";
import { bodyOf, typeOf } from "./record-of.ts";
import { kindNamed, type AnyKind } from "./kind.ts";
import type { RunDirectory, Runtime } from "./runtime.ts";
import type { SystemDirectory } from "./xstate/contract.ts";

export interface Draft {
  /** Seq of the record before. */
  readonly expected: number;
  readonly records: NewRecord[];
  readonly effects: NumberedEffect[];
  readonly system: SystemDelta[];
  /** The states after each record, for those who watch. */
  readonly seen: { readonly seq: number; readonly snapshot: Snapshot<unknown> }[];
  /** Answers, to be given once the append has resolved. */
  readonly after: (() => void)[];
  /** An input from inside that cannot be recorded: the actor must park. */
  poison?: { readonly error: unknown; readonly seq: number; readonly rest: readonly Input[] };
}

/** What drafting needs of the host. */
export type DraftEnv = Pick<Runtime, "clock" | "kinds" | "stepper" | "newId" | "epoch" | "directory">;

/** What drafting needs of the actor. */
export interface Drafting {
  readonly rt: DraftEnv;
  readonly actor: {
    readonly address: string;
    readonly fold: Fold | undefined;
    readonly ledger: Ledger;
  };
  readonly identify: (born: Born) => Mover;
  readonly directory: RunDirectory;
  readonly scales: Scales;
  readonly born: (fold: Fold) => void;
}

/** @param born called with the fold that a birth makes. */
export function draftingOf(
  rt: DraftEnv,
  actor: Drafting["actor"],
  born: (fold: Fold) => void,
): Drafting {
  return {
    rt,
    actor,
    identify: (birth) => identify(rt, actor.address, birth),
    directory: rt.directory(parseAddress(actor.address).root),
    scales: new Scales(rt.stepper),
    born,
  };
}

type Recording = Extract<Decision, { type: "record" }> & {
  /** Time of the record, and of what was decided before it: no guard and its step disagree about time. */
  readonly at: number;
  /** Leads the actor over into another version, in place of a step. */
  readonly migrate?: Migrate;
};

type Migrate = (fold: Fold, entry: Entry, directory: SystemDirectory) => Moved;

/** What a record made of the actor. */
interface Moved {
  readonly fold: Fold;
  readonly advanced: Advanced;
  /** The actor behind it, where the record is to hold it. */
  readonly checkpoint?: Checkpoint;
}

/** Decides and steps a batch. The actor's fold has moved when it returns: append, or drop the fold. */
export function draft(batch: readonly Input[], drafting: Drafting): Draft {
  const out = nothing(drafting);
  for (const [index, input] of batch.entries()) {
    const { address, fold } = drafting.actor;
    const at = timeOf(drafting, input);
    const decision = during(at, () => decide(address, fold, input, drafting.rt));
    if (decision.type === "drop") out.after.push(() => input.done?.(decision.seq));
    else if (decision.type === "refuse") out.after.push(() => input.failed?.(decision.error));
    else {
      const fault = tryRecord(out, drafting, input, { ...decision, at });
      if (fault === undefined) continue;
      out.poison = { ...fault, seq: (fold?.seq ?? 0) + 1, rest: batch.slice(index) };
      return out;
    }
  }
  return out;
}

function nothing({ actor: { fold } }: Drafting): Draft {
  return { expected: fold?.seq ?? 0, records: [], effects: [], system: [], seen: [], after: [] };
}

/** The record of a checkpoint, which was made of the actor as it stands now. */
export function draftCheckpoint(checkpoint: Checkpoint, drafting: Drafting): Draft {
  const out = nothing(drafting);
  const event = { type: "troupe.checkpoint" };
  const input: Input = { type: "control", event };
  const at = timeOf(drafting, input);
  record(out, drafting, input, { type: "record", cause: undefined, body: { event, checkpoint }, at });
  return out;
}

/** The record of a migration. @throws what `migrate` throws. */
export function draftMigration(event: RecordedEvent, migrate: Migrate, drafting: Drafting): Draft {
  const out = nothing(drafting);
  const input: Input = { type: "control", event };
  const at = timeOf(drafting, input);
  const decision = { type: "record", cause: undefined, body: { event }, at, migrate } as const;
  record(out, drafting, input, decision);
  return out;
}

/** What keeps an input from inside from being stepped; one from outside is refused instead. */
function tryRecord(
  out: Draft,
  drafting: Drafting,
  input: Input,
  decision: Recording,
): { readonly error: unknown } | undefined {
  try {
    record(out, drafting, input, decision);
    return undefined;
  } catch (error) {
    if (input.type !== "command" && (input.type !== "birth" || input.cause !== undefined))
      return { error };
    out.after.push(() => input.failed?.(error));
    return undefined;
  }
}

function record(out: Draft, drafting: Drafting, input: Input, decision: Recording): void {
  const { rt, actor } = drafting;
  const { fold } = actor;
  const settled = fold === undefined ? [] : [...actor.ledger.settling];
  const entry = entryOf(drafting, decision, settled);
  const next = move(out, drafting, { entry, input, decision });
  actor.ledger.said(settled);
  const { snapshot } = next.fold.state;
  const kind = kindAt(drafting);
  const body = bodyOf({ version: next.fold.version, epoch: rt.epoch }, entry, {
    ...next,
    digests: next.advanced.hash.whole ? drafting.scales.digests(snapshot) : undefined,
  });
  out.records.push({
    id: rt.newId(),
    type: typeOf(kind, next.advanced, entry.body.event),
    at: entry.at,
    correlation: next.fold.correlation,
    ...(decision.cause !== undefined && { cause: decision.cause }),
    ...(input.trace !== undefined && { trace: input.trace }),
    body: { ...body, ...held(next) } as unknown as JsonObject, // strict JSON by construction, and the log checks it again (L7)
  });
  out.seen.push({ seq: entry.seq, snapshot });
  for (const one of next.advanced.effects) out.effects.push(traced(one, input.trace));
  if (next.advanced.system !== undefined) out.system.push(next.advanced.system);
  out.after.push(() => input.done?.(entry.seq, body.facts ?? []));
}

interface Moving {
  readonly entry: Entry;
  readonly input: Input;
  readonly decision: Recording;
}

/** Moves the actor: by a step, or over into another version. */
function move(out: Draft, drafting: Drafting, { entry, input, decision }: Moving): Moved {
  const { fold } = drafting.actor;
  const directory = changedBy(drafting.directory, out.system);
  if (fold === undefined || decision.migrate === undefined) {
    const stepped = step({ ...drafting, directory }, fold, entry, input);
    if (fold === undefined) drafting.born(stepped.fold);
    return stepped;
  }
  const next = decision.migrate(fold, entry, directory);
  drafting.born(next.fold);
  drafting.scales.reset(next.fold.state);
  return next;
}

function entryOf(
  { actor, scales }: Drafting,
  { cause, body, at }: Recording,
  settled: readonly string[],
): Entry {
  const { fold, ledger } = actor;
  const seq = (fold?.seq ?? 0) + 1;
  return {
    seq,
    at,
    cause,
    hash: (stepped) => scales.hash(stepped),
    body: {
      ...body,
      ...(fold?.checkpoint !== undefined && { since: fold.checkpoint.seq }),
      ...(settled.length > 0 && { settled: [...settled] }),
      ...ranOf(fold, ledger.ran, seq),
    },
  };
}

/** Never before the last record, nor before the timer that fires was due: a clock that was set back says less. */
function timeOf({ rt, actor: { fold } }: Drafting, input: Input): number {
  const due = input.type === "timer" ? fold?.timers.withId(input.id)?.dueAt : undefined;
  return Math.max(rt.clock.now(), fold?.at ?? 0, due ?? 0);
}

function traced(effect: NumberedEffect, trace: string | undefined): NumberedEffect {
  return trace === undefined ? effect : { ...effect, trace };
}

function kindAt({ rt, actor }: Drafting): AnyKind {
  return kindNamed(rt.kinds, actor.address.slice(0, actor.address.indexOf("/")));
}

/** @param drafting its directory knows what the records before this one, not yet written, have changed. */
function step(
  { rt, identify, directory }: Pick<Drafting, "rt" | "identify"> & { directory: SystemDirectory },
  fold: Fold | undefined,
  entry: Entry,
  input: Input,
): Moved {
  if (fold !== undefined) return { fold, advanced: advance(fold, entry, rt.stepper, directory) };
  const born = entry.body.born ?? { id: "" };
  const correlation = input.type === "birth" ? input.correlation : "";
  return birth(identify(born), { ...entry, correlation }, rt.stepper, directory);
}

/** Says up to where custom actions have run, where it is not plain. */
function ranOf(fold: Fold | undefined, ran: number, seq: number): Pick<RecordBody, "ran"> {
  return fold === undefined || fold.actions.size === 0 || ran === seq - 1 ? {} : { ran };
}

function held({ checkpoint }: Moved): Pick<RecordBody, "checkpoint"> {
  return checkpoint === undefined ? {} : { checkpoint };
}
