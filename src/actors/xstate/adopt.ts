/**
 * The birth of a child: XState makes an `Actor` for it in the middle of its parent's step, and
 * tells the inspector before it computes the child's first state. There it is caught.
 *
 * 1. It gets its address, which no other child of the same parent ever had.
 * 2. It gets a stub for its logic: its own first step is the first record of its own stream.
 * 3. It becomes a ref: nothing done to it acts outside a record.
 */
import type { AnyActorLogic } from "xstate";
import { TroupeError } from "../../errors.ts";
import { addressPart, incarnation, parseAddress } from "../../events/address.ts";
import type { StepperOptions } from "./contract.ts";
import { STUB } from "./internals.ts";
import type { RawActor } from "./internals.ts";
import { logicTypeOf, nameOf } from "./logic.ts";
import { counting, countUp } from "./incarnations.ts";
import type { RefTable } from "./refs.ts";
import type { Born, Turn } from "./turn.ts";

const SAFE_LENGTH = 512;

export interface AdoptParts {
  readonly refs: Pick<RefTable, "dress">;
  readonly options: Pick<StepperOptions, "kindOf">;
}

export function adopt(actor: RawActor, turn: Turn, parts: AdoptParts): void {
  const logic = actor.logic as AnyActorLogic; // what createActor takes
  try {
    const born = describe(actor, logic, turn, parts);
    turn.born.push(born);
    turn.notes.push({ type: "born", born });
    actor.logic = STUB;
    parts.refs.dress(actor, born.address);
  } catch (error) {
    // A machine's first step swallows what it throws, but this is no error of the machine's run.
    if (error instanceof TroupeError) turn.fault ??= error;
    throw error;
  }
}

function describe(actor: RawActor, logic: AnyActorLogic, turn: Turn, { options }: AdoptParts): Born {
  const src = nameOf(turn.actor.logic, actor.src);
  if (src === undefined)
    throw new TroupeError("MACHINE_UNSUPPORTED", `child "${actor.id}" is spawned from nameless logic`, {
      hint: "Name the logic in setup({ actors }) and spawn it by that name: a replay finds logic by name.",
      data: { child: actor.id, address: turn.actor.address },
    });
  const logicType = logicTypeOf(logic);
  const own = logicType === "machine" || logicType === "transition";
  const kind = own ? options.kindOf?.(logic) : undefined;
  return { actor, src, logicType, address: nextAddress(actor.id, kind, turn) };
}

function nextAddress(id: string, kind: string | undefined, turn: Turn): string {
  const part = addressPart(id);
  // Copied once in a step, however many it starts (A13).
  if (turn.counted === undefined) turn.incarnations = turn.counted = counting(turn.incarnations);
  const count = countUp(turn.counted, part);
  const parent = turn.actor.address;
  const slash = parent.indexOf("/");
  const above = parent.slice(slash + 1);
  const address = `${kind ?? parent.slice(0, slash)}/${above}:${incarnation(part, count)}`;
  if (address.length > SAFE_LENGTH || kind !== undefined) parseAddress(address);
  return address;
}
