/** What a told step must come to, and what cannot be changed at the cut. */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../../errors.ts";
import type { Recorded } from "../../events/log/log.ts";
import { placeOf } from "../../events/record.ts";
import type { Advanced } from "../advance.ts";
import { statusOf, valueOf, type Fold } from "../fold.ts";
import { causedMore, type Cut } from "./cut.ts";
import { placed, type Step, type Steps } from "./verified.ts";

/**
 * A step that is told again comes to the state of the original, and asks for as much.
 *
 * @throws {@link TroupeError} `FORK_DIVERGED`.
 */
export function assertSame(fold: Fold, record: Recorded, step: Step, { effects }: Advanced): void {
  const [state, status] = [valueOf(fold.state), statusOf(fold)];
  const types = effects.map(({ effect }) => effect.type).join();
  const same = isDeepStrictEqual(state, step.state) && status === step.status;
  if (same && types === step.effects) return;
  const comes = same ? `asks for [${types}]` : `comes to ${JSON.stringify(state)} (${status})`;
  const was = same ? `[${step.effects}]` : `${JSON.stringify(step.state)} (${step.status})`;
  throw new TroupeError(
    "FORK_DIVERGED",
    `${placeOf(record)}, told again as "${fold.identity.address}", ${comes} instead of ${was}`,
    {
      hint: "Let its machine decide by what it is told, not by its own address or by the time of day.",
      data: { address: record.stream, seq: record.seq, recorded: step.state, told: state },
    },
  );
}

/**
 * The machine takes what stands in place of a record's input.
 *
 * @throws {@link TroupeError} `RESULT_INVALID` with what it threw.
 */
export function assertTaken(
  { state: { snapshot } }: Fold,
  record: Recorded,
  step: Step | undefined,
): void {
  if (snapshot.status !== "error" || step?.status === "error") return;
  throw notTaken(record, snapshot.error);
}

/**
 * The same of a step that throws by itself: what its machine makes of the input is nothing that
 * can be recorded.
 *
 * @throws {@link TroupeError} `RESULT_INVALID` with what it threw.
 */
export function taking<T>(record: Recorded, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw notTaken(record, error);
  }
}

function notTaken(record: Recorded, error: unknown): TroupeError {
  const why = error instanceof Error ? error.message : String(error);
  return new TroupeError(
    "RESULT_INVALID",
    `the machine of "${record.stream}" cannot take what stands in place of ${placeOf(record)}: ${why}`,
    {
      hint: "Give what it takes; `troupe show` prints what it was given.",
      data: { address: record.stream, seq: record.seq },
      cause: error,
    },
  );
}

/**
 * Nothing in the cut came of the record that is replaced: neither of an effect of its step, nor of
 * an activity that began in it. What came of that in turn is then not there either.
 *
 * @throws {@link TroupeError} `RECORD_INVALID` naming the position to use.
 */
export function assertUncaused({ replaced, records }: Cut, steps: Steps): void {
  if (replaced === undefined) return;
  const { started = [] } = steps.get(placed(replaced.record)) ?? {};
  const effects = `${placed(replaced.record)}.`;
  for (const record of records) {
    const { cause = "", body } = record;
    const from = body["from"];
    if (!cause.startsWith(effects) && !(typeof from === "string" && started.includes(from))) continue;
    if (record !== replaced.record) throw causedMore(replaced, record);
  }
}

export function birthReplaced(place: string): TroupeError {
  return new TroupeError("RECORD_INVALID", `${place} cannot be replaced: it is a birth`, {
    hint: "Start a new run with another input.",
    data: { place },
  });
}

/** @param actor as the original calls it. */
export function hasEnded({ state }: Fold, actor: string): TroupeError {
  return new TroupeError(
    "EVENT_REFUSED",
    `nothing can be set in "${actor}": it has ended (${state.snapshot.status})`,
    { hint: "Cut before its end.", data: { address: actor } },
  );
}
