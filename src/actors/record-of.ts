/** The record of a step: what stands in it beside its input. */
import { fitText } from "../events/log/admit.ts";
import { RECORD_VERSION, type RecordBody, type RecordedEvent } from "../events/record.ts";
import type { Advanced, Entry } from "./advance.ts";
import type { Digests } from "./digests.ts";
import { owesOf, statusOf, valueOf, type Fold } from "./fold.ts";
import type { AnyKind } from "./kind.ts";

/** Who writes it. */
export interface Writer {
  /** Of the kind that took the step. */
  readonly version: string;
  readonly epoch: number;
}

/** A step that was taken: the actor behind it, and what it came to. */
export interface Taken {
  readonly fold: Fold;
  readonly advanced: Advanced;
  readonly digests: Digests | undefined;
}

/** The step's leading fact names the record, else its input does. */
export function typeOf(kind: AnyKind, { effects }: Advanced, event: RecordedEvent | undefined): string {
  const facts = effects.flatMap(({ effect }) => (effect.type === "emit" ? [effect.event.type] : []));
  const leading = kind.leadingFacts?.find((type) => facts.includes(type));
  return fitText(leading ?? facts[0] ?? event?.type ?? "troupe.started"); // machines may call events anything
}

export function bodyOf(
  { version, epoch }: Writer,
  { body: input }: Pick<Entry, "body">,
  { fold, advanced, digests }: Taken,
): RecordBody {
  const facts: RecordedEvent[] = [];
  for (const { effect } of advanced.effects) if (effect.type === "emit") facts.push(effect.event);
  return {
    v: RECORD_VERSION,
    version,
    epoch,
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
