/**
 * Steps through a run on a terminal: keys in, pictures out.
 *
 * - Keys are taken one after another, each behind what the one before has led to.
 * - The terminal is given back however it ends: by `q`, by a signal, by a fault of ours.
 */
import { TroupeError } from "../errors.ts";
import type { ActorWhole, Moment } from "../replay/moment.ts";
import type { Timeline } from "../replay/timeline.ts";
import { count } from "./paper.ts";
import type { FullScreen, Key } from "./full-screen.ts";
import { AT_FIRST, press, type Looking, type Wish } from "./replay-keys.ts";
import { replayView } from "./replay-view.ts";

export interface BrowseOptions {
  readonly stop: AbortSignal;
  /** When the run began, epoch ms. */
  readonly start: number;
}

/** Shows a run from its first record on, until the user has seen enough. */
export async function browse(
  timeline: Timeline,
  screen: FullScreen,
  { stop, start }: BrowseOptions,
): Promise<void> {
  let moment: Moment = await timeline.moment(1);
  let looking: Looking = AT_FIRST;
  const keys: Key[] = [];
  let wake = Promise.withResolvers<void>();
  const stopped = (): void => wake.resolve();
  stop.addEventListener("abort", stopped);
  using open = screen.open({
    key: (key) => {
      keys.push(key);
      wake.resolve();
    },
    resized: () => wake.resolve(),
  });
  try {
    while (!stop.aborted) {
      if (keys.length === 0) {
        wake = Promise.withResolvers();
        open.paint(await picture());
        if (keys.length === 0 && !stop.aborted) await wake.promise;
        continue;
      }
      const [key] = keys.splice(0, 1);
      if (key === undefined) continue;
      const pressed = press(key, looking, moment);
      ({ looking } = pressed);
      if (pressed.wish?.type === "quit") return;
      if (pressed.wish !== undefined) await fulfil(pressed.wish);
    }
  } finally {
    stop.removeEventListener("abort", stopped);
  }

  async function picture(): Promise<readonly string[]> {
    const { colour, columns, rows } = screen;
    const chosen = await chosenAt(timeline, looking, moment);
    const faults = timeline.faults.length;
    return replayView({ moment, looking, chosen, start, faults }, { colour, columns, rows });
  }

  async function fulfil(wish: Exclude<Wish, { type: "quit" }>): Promise<void> {
    try {
      const to = await placeOf(timeline, wish, { from: moment.position, only: looking.only });
      if (typeof to === "string") looking = { ...looking, said: to };
      else moment = await timeline.moment(to);
    } catch (error) {
      if (!TroupeError.is(error)) throw error;
      looking = { ...looking, said: error.message };
    }
  }
}

/** Where a wish leads, or why it leads nowhere. */
async function placeOf(
  timeline: Timeline,
  wish: Exclude<Wish, { type: "quit" }>,
  { from, only }: { readonly from: number; readonly only: string | undefined },
): Promise<number | string> {
  switch (wish.type) {
    case "step":
      return timeline.stepFrom(from, wish.by, only);
    case "go":
      return timeline.positionOf(wish.to);
    case "find": {
      const { back, condition } = wish;
      const { position, unanswered } = await timeline.find(condition, { from, back });
      const why =
        unanswered === undefined
          ? ""
          : `: ${count(unanswered.records, "record")} could not be asked, ${unanswered.why}`;
      return position ?? `no record ${back ? "before" : "behind"} this one meets ${condition}${why}`;
    }
  }
}

async function chosenAt(
  timeline: Timeline,
  { chosen }: Looking,
  { actors, position }: Moment,
): Promise<ActorWhole | undefined> {
  if (chosen === undefined || !actors.some(({ address }) => address === chosen)) return undefined;
  return timeline.actor(chosen, position);
}
