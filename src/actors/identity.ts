/** Who an actor is: found from its address and its birth alone (A15). */
import { parseAddress } from "../events/address.ts";
import type { Born } from "../events/record.ts";
import { kindNamed, type Kinds } from "./kind.ts";
import type { Identity, Stepper } from "./xstate/contract.ts";

/** The lineage leads from the kind's machine down to the actor's own logic. @throws `KIND_UNKNOWN` */
export function identify(
  env: { readonly kinds: Kinds; readonly stepper: Stepper },
  address: string,
  born: Born,
): Identity {
  const kind = kindNamed(env.kinds, parseAddress(address).kind);
  let logic: Identity["logic"] = kind.machine;
  for (const src of born.lineage ?? []) logic = env.stepper.childLogic(logic, src);
  return {
    address,
    id: born.id,
    logic,
    ...(born.parent !== undefined && { parent: { address: born.parent } }),
    syncSnapshot: born.syncSnapshot ?? false,
  };
}
