/**
 * What the versions of a kind begin with, and whether an actor's context fits the present one.
 *
 * - A15. Both beginnings are made of the actor's own birth, as each version is shown it. They are
 *   thrown away again: nothing of the actor moves, and no effect runs.
 */
import { TroupeError } from "../errors.ts";
import { during } from "../events/now.ts";
import type { Born } from "../events/record.ts";
import { shapeFault, type ShapeFault } from "./context-shape.ts";
import type { Fold } from "./fold.ts";
import { identify } from "./identity.ts";
import type { AnyKind, Kinds } from "./kind.ts";
import { bornFor, codeIn, type KindCode } from "./versions.ts";
import { contextOf } from "./xstate/context.ts";
import type { Identity, Stepper } from "./xstate/contract.ts";
import { withoutStates } from "./xstate/beginning.ts";
import { isMachine } from "./xstate/logic.ts";
import { NOBODY } from "./xstate/stepper.ts";

interface Env {
  readonly kinds: Kinds;
  readonly stepper: Stepper;
}

/** An actor of a previous version, and the context that it is to go on with. */
export interface Going extends Pick<Fold, "identity" | "version" | "born" | "at"> {
  readonly context: object;
}

/**
 * How the context differs from what the kind's own version begins with; undefined: in nothing that counts.
 *
 * @throws {@link TroupeError} `MIGRATE_INVALID` where that version cannot begin with what the actor was started with.
 */
export function contextFault(env: Env, kind: AnyKind, going: Going): ShapeFault | undefined {
  const { identity, version, born, at, context } = going;
  const begin = (code: KindCode | undefined, birth: Born): Begun => {
    if (code === undefined) return { context: {} };
    return during(at, () => begun(env, identity, birth, code));
  };
  const before = begin(codeIn(kind, version), born);
  const after = begin(kind, bornFor(kind, born, version));
  if ("error" in after) throw cannotBegin(kind, version, after.error);
  return shapeFault(context, {
    before: "error" in before ? {} : before.context,
    after: after.context,
  });
}

type Begun = { readonly context: object } | { readonly error: unknown };

function begun(env: Env, { address }: Identity, born: Born, code: KindCode): Begun {
  const { identity } = identify(env, address, born, code);
  const { logic } = identity;
  if (!isMachine(logic)) return { context: {} };
  const birth = born.input === undefined ? {} : { input: born.input };
  const actor: Identity = { ...identity, logic: withoutStates(logic) };
  const { snapshot } = env.stepper.start(actor, birth, 1, NOBODY).state;
  if (snapshot.status === "error") return { error: snapshot.error };
  return { context: Object(contextOf(snapshot)) };
}

function cannotBegin({ version }: AnyKind, from: string, error: unknown): TroupeError {
  const why = error instanceof Error ? error.message : String(error);
  return new TroupeError(
    "MIGRATE_INVALID",
    `whether its context fits cannot be told: version ${version} cannot begin with the input that version ${from} was started with: ${why}`,
    {
      hint: "Show it the input with `upcast.input`, or write migrate(): `migrate: (state) => state` keeps the context as it stands.",
      cause: error,
    },
  );
}
