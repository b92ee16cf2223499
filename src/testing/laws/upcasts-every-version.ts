/**
 * `upcastsEveryVersion`: what earlier versions of a kind recorded goes on under the present one.
 *
 * 1. Of each version's schemas: every event and input, as the present kind is shown it, is what its
 *    own schemas take, and `upcast` is pure ({@link wrongIn}).
 * 2. Of each version's machine: no history that it makes would park ({@link underPresent}).
 */
import fc from "fast-check";
import type { AnyKind } from "../../actors/kind.ts";
import { foundIn } from "../paths/paths-of.ts";
import { stageOf, subjectOf, type Tested } from "../walk/stage.ts";
import { eachShown } from "./each-shown.ts";
import { earlierOf, type Earlier, type EarlierVersion } from "./earlier.ts";
import { brokenLaw, hold, type LawOptions } from "./law.ts";
import { underPresent } from "./old-histories.ts";

const LAW = "upcastsEveryVersion";
/** States of an old machine whose shortest paths are tried before histories are drawn. */
const LIMIT = 200;

export interface UpcastOptions extends LawOptions {
  /**
   * Earlier versions, beside those in `previous` of the kind: whole kinds (or subjects, with what
   * the world said then), whose machines make histories; or `{ version, events, input }`, whose
   * schemas make events. What is said twice of one version is put together. Default: none.
   */
  readonly from?: readonly EarlierVersion[];
}

/**
 * Holds a kind to taking over what its earlier versions recorded: each event and input that one of
 * them took is shown to the present machine as its schemas want it, by a pure `upcast`; and no
 * history that an earlier machine makes would park, be it shown by `upcast` or led on by `migrate`.
 * `troupe upgrade-check` asks the same of a log; this law asks it of histories that nobody has had yet.
 *
 *     it("takes over earlier versions", () => upcastsEveryVersion(order, { from: [order1] }));
 *
 * Of a version that the kind has in `previous`, events are shown to no other machine than their own,
 * so of those its histories are tried, and `upcast.input`.
 *
 * @param options.runs so many events, inputs and histories of each version. Default 100.
 * @throws {@link TroupeError} `LAW_BROKEN` with the version, and the shrunk event or history; `USAGE`
 * where no earlier version is known, or nothing of one can be drawn; `ARBITRARY_FAILED`.
 */
export async function upcastsEveryVersion<TKind extends AnyKind>(
  tested: Tested<TKind>,
  options: UpcastOptions = {},
): Promise<void> {
  const { from = [], ...how } = options;
  const present = subjectOf(tested);
  const versions = earlierOf(present, from);
  const stage = stageOf(present);
  for (const one of versions) await eachShown(LAW, stage, one, how);
  for (const one of versions) if (one.lives) await eachHistory(present, one, how);
}

type Present = ReturnType<typeof subjectOf>;

async function eachHistory(
  { kind, beside = [] }: Present,
  { subject, kept }: Earlier,
  how: LawOptions,
): Promise<void> {
  const present = { kind, beside, kept };
  const { seed = fc.readConfigureGlobal()?.seed ?? 1, folder = "temp" } = how;
  const stage = stageOf(subject);
  for (const { walk } of foundIn(stage, { seed, samples: 3, limit: LIMIT })) {
    const broken = await underPresent(stage, walk, present);
    if (broken !== undefined)
      throw await brokenLaw(LAW, stage, { walk, broken, again: { seed }, folder });
  }
  await hold(LAW, subject, how, (old, walk) => underPresent(old, walk, present));
}
