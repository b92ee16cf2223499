/** Sources that whoever runs a machine provides. */
import { fromPromise, type NonReducibleUnknown, type PromiseActorLogic } from "xstate";
import { TroupeError } from "../errors.ts";

/** Stands in the machine's own definition, and says what is missing if nobody provides it. */
export function source<TOutput, TInput extends NonReducibleUnknown>(
  machine: string,
  name: string,
): PromiseActorLogic<TOutput, TInput> {
  return fromPromise<TOutput, TInput>(() =>
    Promise.reject(
      new TroupeError("KIND_INVALID", `the ${machine} machine was given no "${name}"`, {
        hint: `Register it with .provide({ actors: { ${name} } }), or use planKinds().`,
      }),
    ),
  );
}
