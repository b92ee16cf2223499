/**
 * Drafting: a batch of inputs becomes the records of one append.
 *
 * Nothing here is visible to anybody until the append resolves: effects, answers and refusals
 * wait in the draft, since a refusal too may rest on a state that is not written yet.
 */
import type { Snapshot } from "xstate";
import type { JsonObject } from "../events/json.ts";
import { during } from "../events/now.ts";
import { fitText } from "../events/log/admit.ts";
import type { NewRecord } from "../events/log/log.ts";
import {
  RECORD_VERSION,
  type Born,
  type Checkpoint,
  type RecordBody,
  type RecordedEvent,
  type SystemDelta,
} from "../events/record.ts";
import { parseAddress } from "../events/address.ts";
import { Scales } from "./scales.ts";
import type { Digests } from "./digests.ts";
import { advance, birth, type Advanced, type Entry, type NumberedEffect } from "./advance.ts";
import { owesOf, statusOf, valueOf, type Fold } from "./fold.ts";
import { identify } from "./identity.ts";
import { decide, type Decision, type Input } from "./inputs.ts";
import type { Ledger } from "./ledger.ts";
import { changedBy } from "./directories.ts";
import { kindNamed, type AnyKind } from "./kind.ts";
import type { RunDirectory, Runtime } from "./runtime.ts";
import type { Identity, SystemDirectory } from "./xstate/contract.ts";

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
  readonly identify: (born: Born) => Identity;
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
};

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
  const next = step(
    { ...drafting, directory: changedBy(drafting.directory, out.system) },
    fold,
    entry,
    input,
  );
  if (fold === undefined) drafting.born(next.fold);
  actor.ledger.said(settled);
  const { snapshot } = next.fold.state;
  const body = bodyOf(drafting, entry, {
    ...next,
    digests: next.advanced.hash.whole ? drafting.scales.digests(snapshot) : undefined,
  });
  out.records.push({
    id: rt.newId(),
    type: typeOf(kindAt(drafting), next.advanced, entry.body.event),
    at: entry.at,
    correlation: next.fold.correlation,
    ...(decision.cause !== undefined && { cause: decision.cause }),
    ...(input.trace !== undefined && { trace: input.trace }),
    body: body as unknown as JsonObject, // strict JSON by construction, and the log checks it again (L7)
  });
  out.seen.push({ seq: entry.seq, snapshot });
  for (const one of next.advanced.effects) out.effects.push(traced(one, input.trace));
  if (next.advanced.system !== undefined) out.system.push(next.advanced.system);
  out.after.push(() => input.done?.(entry.seq, body.facts ?? []));
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

/** The step's leading fact names the record, else its input does. */
function typeOf(kind: AnyKind, { effects }: Advanced, event: RecordedEvent | undefined): string {
  const facts = effects.flatMap(({ effect }) => (effect.type === "emit" ? [effect.event.type] : []));
  const leading = kind.leadingFacts?.find((type) => facts.includes(type));
  return fitText(leading ?? facts[0] ?? event?.type ?? "troupe.started"); // machines may call events anything
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
): { readonly fold: Fold; readonly advanced: Advanced } {
  if (fold !== undefined) return { fold, advanced: advance(fold, entry, rt.stepper, directory) };
  const born = entry.body.born ?? { id: "" };
  const correlation = input.type === "birth" ? input.correlation : "";
  return birth(identify(born), { ...entry, correlation }, rt.stepper, directory);
}

/** Says up to where custom actions have run, where it is not plain. */
function ranOf(fold: Fold | undefined, ran: number, seq: number): Pick<RecordBody, "ran"> {
  return fold === undefined || fold.actions.size === 0 || ran === seq - 1 ? {} : { ran };
}

function bodyOf(
  drafting: Drafting,
  { body: input }: Entry,
  {
    fold,
    advanced,
    digests,
  }: { readonly fold: Fold; readonly advanced: Advanced; readonly digests: Digests | undefined },
): RecordBody {
  const { rt } = drafting;
  const facts: RecordedEvent[] = [];
  for (const { effect } of advanced.effects) if (effect.type === "emit") facts.push(effect.event);
  return {
    v: RECORD_VERSION,
    version: kindAt(drafting).version,
    epoch: rt.epoch,
    ...input,
    ...(!advanced.handled && { handled: false as const }),
    ...(facts.length > 0 && { facts }),
    state: valueOf(fold.state),
    status: statusOf(fold),
    ...advanced.end,
    ...hashed(advanced.hash),
    ...(digests !== undefined && { digests }),
    ...(advanced.dues !== undefined && { dues: advanced.dues }),
    ...(advanced.lookups !== undefined && { lookups: advanced.lookups }),
    ...(advanced.system !== undefined && { system: advanced.system }),
    ...(advanced.taken.length > 0 && { taken: [...advanced.taken] }),
    owes: owesOf(fold),
  };
}

function hashed({ hash, whole }: Advanced["hash"]): Pick<RecordBody, "hash" | "light"> {
  return whole ? { hash } : { hash, light: true };
}
