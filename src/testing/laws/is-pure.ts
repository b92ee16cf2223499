/**
 * `isPure`: a step is a function of state and event alone.
 *
 * 1. Each step runs again while clock and chance answer differently, and comes to the same.
 * 2. It can be recorded.
 * 3. It changes nothing that it was given: contexts and events are frozen, and what cannot be
 *    frozen (maps, dates, instances) is looked at before and after.
 */
import type { State, Stepped } from "../../actors/xstate/contract.ts";
import { assertSame } from "../../actors/xstate/strict.ts";
import type { AnyKind } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import { play, prepare, prepareStart, type Moved } from "../walk/place.ts";
import type { Stage, Tested } from "../walk/stage.ts";
import { stopsOf, type Stop, type Walk } from "../walk/walks.ts";
import { messageOf } from "./keep.ts";
import { hold, type LawOptions } from "./law.ts";
import { imageOf, inPlace, type Image } from "./mutation.ts";
import { outcomeText, type Broken } from "./report.ts";
import { worldsFrom } from "./worlds.ts";

const HINT =
  "Take the time from now() of troupe, which is that of the record, and chance and ids from the event or from an activity.";

/**
 * Holds a machine to being pure, over random histories.
 *
 *     it("is pure", () => isPure(order));
 *
 * @throws {@link TroupeError} `LAW_BROKEN` with the shrunk history; `ARBITRARY_FAILED`.
 */
export async function isPure<TKind extends AnyKind>(
  tested: Tested<TKind>,
  options: LawOptions = {},
): Promise<void> {
  await hold("isPure", tested, options, pureOn);
}

/** What of a walk is not pure; undefined where all of it is. */
export function pureOn(stage: Stage, walk: Walk): Broken | undefined {
  let image: Image | undefined;
  for (const stop of stopsOf(stage, walk)) {
    const broken = unrecordable(stop) ?? inPlace(stage, stop, image) ?? fickle(stage, walk, stop);
    if (broken !== undefined) return broken;
    image = stop.moved.place && imageOf(stop.moved.place);
  }
  return undefined;
}

/** What would park the actor: a step that comes to two things at once, or asks for what is no JSON. */
function unrecordable({ moved: { outcome, error } }: Stop): Broken | undefined {
  if (outcome !== "failed") return undefined;
  if (!TroupeError.is(error)) return { what: messageOf(error), hint: "Mend the step." };
  const path = error.data["path"];
  return {
    what: error.message,
    ...(typeof path === "string" && { at: path }),
    hint: error.code === "MACHINE_IMPURE" ? HINT : (error.hint ?? "Mend the step."),
  };
}

/** Whether the step comes to something else where clock and chance do. */
function fickle(stage: Stage, { input }: Walk, { move: one, before }: Stop): Broken | undefined {
  const prepared =
    one === undefined || before === undefined
      ? prepareStart(stage, input)
      : prepare(stage, before, one);
  if (prepared === undefined) return undefined;
  const asked = new Set<string>();
  const { now } = prepared;
  const first = play(stage, prepared, { now, chance: 0.5, asked });
  for (const world of asked.size === 0 ? [] : worldsFrom(now)) {
    const other = play(stage, prepared, { ...world, asked });
    const at = difference(first, other);
    if (at === undefined) continue;
    const sources = [...asked].join(" and ");
    const [one, two] = [outcomeText(first), outcomeText(other)];
    const comes = one === two ? `another ${at}` : `${one}, or to ${two}`;
    return { what: `a step that asks ${sources} comes to ${comes}, as that answers`, at, hint: HINT };
  }
  return undefined;
}

/** Where two outcomes of one step differ; undefined where they do not. */
function difference(one: Moved, two: Moved): string | undefined {
  if (one.outcome !== two.outcome) return "whether the event is taken or refused";
  if (one.place === undefined || two.place === undefined) return undefined;
  try {
    const { identity, state } = one.place.fold;
    assertSame(identity, steppedOf(one, state), steppedOf(two, two.place.fold.state));
    return undefined;
  } catch (error) {
    if (!TroupeError.is(error, "MACHINE_IMPURE")) throw error;
    return String(error.data["path"]);
  }
}

function steppedOf({ effects, taken }: Moved, state: State): Stepped {
  return { state, handled: true, effects: effects.map(({ effect }) => effect), taken };
}
