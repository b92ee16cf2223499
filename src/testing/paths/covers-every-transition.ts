/** `coversEveryTransition`: every transition of a machine is taken on some path. */
import type { AnyKind } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import { subjectOf, type Tested } from "../walk/stage.ts";
import { pathsOf, type PathsOptions } from "./paths-of.ts";
import { transitionsOf } from "./transitions.ts";

export interface CoverOptions extends PathsOptions {
  /** Transitions that no path needs to take, as the report of this law names them. Default: none. */
  readonly except?: readonly string[];
}

/**
 * Holds a machine to having no transition that cannot be taken.
 *
 *     it("uses all of its transitions", () => coversEveryTransition(order));
 *
 * @throws {@link TroupeError} `LAW_BROKEN` naming the transitions that no path takes; `USAGE` where
 * `except` names what is none; `ARBITRARY_FAILED`.
 */
export async function coversEveryTransition<TKind extends AnyKind>(
  tested: Tested<TKind>,
  { except = [], ...options }: CoverOptions = {},
): Promise<void> {
  const { kind } = subjectOf(tested);
  const known = transitionsOf(kind.machine);
  const strange = except.find((one) => !known.includes(one));
  if (strange !== undefined)
    throw new TroupeError("USAGE", `kind "${kind.kind}" has no transition "${strange}"`, {
      hint: "Name transitions as pathsOf() does.",
    });
  const { missed, covered, unreached } = pathsOf(tested, options);
  const left = missed.filter((one) => !except.includes(one));
  if (left.length === 0) return;
  const text = [
    `coversEveryTransition does not hold for kind "${kind.kind}": no path takes ${left.length} of ${known.length} transitions`,
    ...left.map((one) => `    ${one}`),
    ...(unreached.length === 0 ? [] : [`  states that no path enters: ${unreached.join(", ")}`]),
  ];
  throw new TroupeError("LAW_BROKEN", text.join("\n"), {
    hint: "Remove what cannot happen, or help the search: give `answers`, `messages`, `events` or `input` of the subject, more `samples`, or name it in `except`.",
    data: { law: "coversEveryTransition", kind: kind.kind, missed: left, covered, unreached },
  });
}
