/** `coversEveryTransition`: every transition of a machine is taken on some path. */
import type { AnyKind } from "../../actors/kind.ts";
import { missingIn } from "../answers-of.ts";
import { brokenLaw } from "../laws/law.ts";
import { inPlaceIn } from "../laws/mutation.ts";
import type { Broken } from "../laws/report.ts";
import { stageOf, type Stage, type Tested } from "../walk/stage.ts";
import type { Walk } from "../walk/walks.ts";
import { coverageOf, foundIn, standsIn, type PathsOptions } from "./paths-of.ts";
import type { Found } from "./search.ts";
import { transitionsOf } from "./transitions.ts";
import { meantBy, usage } from "../usage.ts";

export interface CoverOptions extends PathsOptions {
  /** Transitions that no path needs to take, as the report of this law names them. Default: none. */
  readonly except?: readonly string[];
  /** Where the path to a missed transition is left as a log, made if missing. Default `temp`. */
  readonly folder?: string;
}

const LAW = "coversEveryTransition";

/**
 * Holds a machine to having no transition that cannot be taken.
 *
 *     it("uses all of its transitions", () => coversEveryTransition(order));
 *
 * @throws {@link TroupeError} `LAW_BROKEN` naming the transitions that no path takes, with the shortest
 * path to where the first of them begins; `USAGE` where `except` names what is none; `ARBITRARY_FAILED`.
 */
export async function coversEveryTransition<TKind extends AnyKind>(
  tested: Tested<TKind>,
  { except = [], folder = "temp", ...options }: CoverOptions = {},
): Promise<void> {
  const stage = stageOf(tested);
  const known = transitionsOf(stage.kind.machine);
  assertKnown(stage.kind, known, except);
  const found = foundIn(stage, options);
  const { missed, covered, unreached } = coverageOf(stage, found);
  const left = missed.filter((one) => !except.includes(one));
  const [first] = left;
  if (first === undefined) return;
  const { by: _, seed = 1, ...rest } = options; // a function cannot be written down
  const again = { seed, ...rest };
  const changing = changingIn(stage, found);
  if (changing !== undefined) throw await brokenLaw(LAW, stage, { ...changing, again, folder });
  const walk = leadingTo(found, first);
  const broken: Broken = {
    what: `no path takes ${left.length} of ${known.length} transitions`,
    at: first,
    hint: hintFor(stage),
    details: [
      ...left.map((one) => `  ${one}`),
      ...(unreached.length === 0 ? [] : [`states that no path enters: ${unreached.join(", ")}`]),
    ],
  };
  const data = { missed: left, covered, unreached };
  throw await brokenLaw(LAW, stage, { walk, broken, again, folder, data });
}

function assertKnown(kind: AnyKind, known: readonly string[], except: readonly string[]): void {
  const strange = except.find((one) => !known.includes(one));
  if (strange === undefined) return;
  throw usage(`kind "${kind.kind}" has no transition "${strange}"`, {
    hint: meantBy(strange, known, "Name transitions as pathsOf() does."),
  });
}

/** A step that ends the actor by changing what is frozen hides all that lies behind it. */
function changingIn(
  stage: Stage,
  found: readonly Found[],
): { readonly walk: Walk; readonly broken: Broken } | undefined {
  for (const { walk } of found) {
    const broken = inPlaceIn(stage, walk);
    if (broken !== undefined) return { walk, broken };
  }
  return undefined;
}

/** The shortest path to where a transition begins; where none leads there, as near as one does. */
function leadingTo(found: readonly Found[], transition: string): Walk {
  const [source = ""] = transition.split(" -> ");
  const near = (one: Found): number =>
    Math.max(
      0,
      ...standsIn(one)
        .filter((id) => isIn(source, id))
        .map((id) => id.length),
    );
  const [nearestOne] = found.toSorted(
    (a, b) => near(b) - near(a) || a.walk.moves.length - b.walk.moves.length,
  );
  return nearestOne?.walk ?? { input: undefined, moves: [] };
}

function isIn(state: string, around: string): boolean {
  return state === around || state.startsWith(`${around}.`);
}

function hintFor({ kind, answers }: Stage): string {
  const missing = missingIn(kind, answers);
  return (
    missing ??
    "Remove what cannot happen, or help the search: give `answers`, `messages`, `events` or `input` of the subject, more `samples`, or name it in `except`."
  );
}
