/**
 * `snapshotRoundTrip`: what is kept of an actor, as JSON, is the actor: the same state, with the same
 * open timers and activities, and it goes on as the one that was never written down.
 */
import { contentOf, foldOf } from "../../actors/content.ts";
import { sameJson, type AnyKind } from "../../actors/kind.ts";
import type { JsonObject } from "../../events/json.ts";
import { contextOf } from "../../actors/xstate/context.ts";
import { differingPath } from "../../actors/xstate/strict.ts";
import { move, type Moved, type Place } from "../walk/place.ts";
import type { Stage, Tested } from "../walk/stage.ts";
import { stopsOf, type Walk } from "../walk/walks.ts";
import { messageOf } from "./keep.ts";
import { hold, type LawOptions } from "./law.ts";
import { inPlaceIn } from "./mutation.ts";
import { outcomeText, type Broken } from "./report.ts";

const HINT =
  "Keep plain data in the context, and refs of actors: no functions, no instances of classes, no circles.";

/**
 * Holds a machine to surviving its snapshots, over random histories.
 *
 *     it("survives snapshots", () => snapshotRoundTrip(order));
 *
 * @throws {@link TroupeError} `LAW_BROKEN` with the shrunk history; `ARBITRARY_FAILED`.
 */
export async function snapshotRoundTrip<TKind extends AnyKind>(
  tested: Tested<TKind>,
  options: LawOptions = {},
): Promise<void> {
  await hold("snapshotRoundTrip", tested, options, judge);
}

/** What changes in place is another actor than its snapshot, and that is what is wrong with it. */
function judge(stage: Stage, walk: Walk): Broken | undefined {
  return inPlaceIn(stage, walk) ?? judgeKept(stage, walk);
}

function judgeKept(stage: Stage, walk: Walk): Broken | undefined {
  let kept: Place | undefined;
  for (const { move: one, moved } of stopsOf(stage, walk)) {
    if (kept !== undefined && one !== undefined) {
      const broken = partsFrom(stage, moved, move(stage, kept, one));
      if (broken !== undefined) return broken;
    }
    if (moved.place === undefined) return undefined;
    const revived = readBack(stage, moved.place);
    if ("what" in revived) return revived;
    kept = revived;
  }
  return undefined;
}

/** The place, written down and read. */
function readBack(stage: Stage, place: Place): Place | Broken {
  const { fold } = place;
  const { stepper, kinds, address, kind } = stage;
  const still = { ...fold, actions: new Map() }; // what is written down has none in doubt
  try {
    const content = contentOf({ stepper, kinds }, still);
    const read = JSON.parse(JSON.stringify(content)) as JsonObject; // an object went in
    const { seq, at, checkpoint, stored } = fold;
    const back = foldOf({ stepper, kinds }, { code: kind, address, seq, at, checkpoint, stored }, read);
    const lost =
      lostIn(stage, fold, back) ??
      (sameJson(contentOf({ stepper, kinds }, back), content) ? undefined : "");
    if (lost === undefined) return { ...place, fold: back };
    return { what: "a snapshot is another actor when it is read", ...atOf(lost), hint: HINT };
  } catch (error) {
    return { what: `a state cannot be kept: ${messageOf(error)}`, ...pathOf(error), hint: HINT };
  }
}

function lostIn({ stepper }: Stage, fold: Place["fold"], back: Place["fold"]): string | undefined {
  if (stepper.hash(fold.state, []) === stepper.hash(back.state, [])) return undefined;
  const [one, two] = [fold, back].map(({ state: { snapshot } }) => contextOf(snapshot));
  return differingPath(one, two, "context") ?? "";
}

function partsFrom({ stepper }: Stage, lived: Moved, read: Moved): Broken | undefined {
  const hash = ({ place, outcome, effects }: Moved): string =>
    place === undefined || outcome !== "recorded"
      ? outcome
      : stepper.hash(
          place.fold.state,
          effects.map(({ effect }) => effect),
        );
  if (hash(lived) === hash(read)) return undefined;
  const what = `from a snapshot, the actor goes on to ${outcomeText(read)}; without one, to ${outcomeText(lived)}`;
  return { what, hint: HINT };
}

function atOf(path: string): Pick<Broken, "at"> {
  return path === "" ? {} : { at: path };
}

function pathOf(error: unknown): Pick<Broken, "at"> {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  const { path } = Object(data) as { readonly path?: unknown }; // whatever it is
  return typeof path === "string" ? { at: path } : {};
}
