/** Who an actor is: found from its address and its birth alone (A15). */
import { parseAddress } from "../events/address.ts";
import type { Born } from "../events/record.ts";
import { kindNamed, type Kinds } from "./kind.ts";
import type { KindCode } from "./versions.ts";
import type { Identity, Stepper } from "./xstate/contract.ts";

/** What moves an actor. */
export interface Mover {
  readonly identity: Identity;
  /** The version of the kind whose code it is. */
  readonly version: string;
}

/**
 * The lineage leads from the kind's machine down to the actor's own logic.
 *
 * @param code default: the kind's own. A child without a kind of its own has no other: nothing says
 * what leads from one version of it to the next. @throws `KIND_UNKNOWN`
 */
export function identify(
  env: { readonly kinds: Kinds; readonly stepper: Stepper },
  address: string,
  born: Born,
  code?: KindCode,
): Mover {
  const kind = kindNamed(env.kinds, parseAddress(address).kind);
  const { machine, version } = born.lineage === undefined ? (code ?? kind) : kind;
  let logic: Identity["logic"] = machine;
  for (const src of born.lineage ?? []) logic = env.stepper.childLogic(logic, src);
  const identity: Identity = {
    address,
    id: born.id,
    logic,
    ...(born.parent !== undefined && { parent: { address: born.parent } }),
    syncSnapshot: born.syncSnapshot ?? false,
  };
  return { identity, version };
}
