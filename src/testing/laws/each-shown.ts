/**
 * Everything that an earlier version's schemas admit, shown to the present kind: the smallest event or
 * input that it does not take is told, with a log of it where the old machine is there to record one.
 */
import fc, { type Arbitrary } from "fast-check";
import { parseInput, parseOutside, type AnyKind } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import { RecordedEvent } from "../../events/record.ts";
import { stageOf, type Stage } from "../walk/stage.ts";
import type { Walk } from "../walk/walks.ts";
import type { Earlier } from "./earlier.ts";
import { keep, recordsOf, type Kept } from "./keep.ts";
import { Found, RUNS, shorter, type LawOptions } from "./law.ts";
import { keptLines, optionsText, shown, type Broken } from "./report.ts";
import { refusedOf, shownTo, wrongIn, type Recording } from "./shown.ts";

/** Of an earlier version: what is drawn, and how it was recorded. */
interface Sort {
  readonly of: "event" | "input";
  readonly values: Arbitrary<unknown>;
  readonly record: (made: unknown) => Recording;
  /** A history in which it is recorded. */
  readonly walk: (made: unknown) => Walk;
}

/** Events of a version that the kind keeps are moved by their own machine, and shown to no other. */
function sortsOf(present: Stage, old: Stage, kept: boolean): readonly Sort[] {
  const { version, input } = old.kind;
  const sorts: Sort[] = [];
  const [first] = fc.sample(old.input, { seed: 1, numRuns: 1 });
  if (old.events !== undefined && !kept)
    sorts.push({
      of: "event",
      values: old.events,
      record: (made) => ({
        version,
        event: RecordedEvent.parse(old.stepper.encode(parseOutside(old.kind, made), "event")),
      }),
      walk: (made) => ({ input: first, moves: [{ does: "send", event: made }] }),
    });
  if (input !== undefined && (!kept || present.kind.upcast?.input !== undefined))
    sorts.push({
      of: "input",
      values: old.input,
      record: (made) => {
        const read = parseInput(old.kind, made);
        const given = read === undefined ? {} : { input: old.stepper.encode(read, "input") };
        return { version, born: { id: "kit", ...given } };
      },
      walk: (made) => ({ input: made, moves: [] }),
    });
  return sorts;
}

/** @throws {@link TroupeError} `LAW_BROKEN`, `ARBITRARY_FAILED`. */
export async function eachShown(
  law: string,
  present: Stage,
  { subject, kept, lives }: Earlier,
  how: LawOptions,
): Promise<void> {
  const { runs = RUNS, seed, folder = "temp" } = how;
  const old = stageOf(subject);
  for (const sort of sortsOf(present, old, kept)) {
    const details = fc.check(
      fc.property(sort.values, (made) => {
        const recording = sort.record(made);
        const broken = wrongIn(present.kind, recording) ?? refusedOf(present, recording);
        if (broken !== undefined) throw new Found(broken);
      }),
      { numRuns: runs, ...(seed !== undefined && { seed }) },
    );
    if (!details.failed) continue;
    const { errorInstance: error, counterexample } = details;
    if (!(error instanceof Found) || counterexample === null) throw error;
    const [made] = counterexample;
    const again = { ...shorter({ runs }), seed: details.seed };
    const file = `${folder}/${law}-${old.kind.kind}.jsonl`;
    const logged = lives ? await logOf(old, sort.walk(made), file) : {};
    throw brokenBy(law, present.kind, { sort, made, broken: error.broken, again, kept: logged });
  }
}

/** None where the old machine refuses to record it in its first state. */
async function logOf(old: Stage, walk: Walk, file: string): Promise<Kept> {
  return recordsOf(old, walk).records.length <= walk.moves.length ? {} : keep(old, walk, file);
}

interface Finding {
  readonly sort: Sort;
  readonly made: unknown;
  readonly broken: Broken;
  readonly again: Readonly<Record<string, unknown>>;
  readonly kept: Kept;
}

function brokenBy(law: string, kind: AnyKind, { sort, made, ...found }: Finding): TroupeError {
  const { what, at, hint } = found.broken;
  const recording = sort.record(made);
  const { version } = recording;
  const about = { what, at, version, ...found.again };
  const lines = [
    `${law} does not hold for kind "${kind.kind}": ${what}`,
    ...(at === undefined ? [] : [`  where:  ${at}`]),
    `  hint:   ${hint}`,
    "",
    `  version ${version} records:  ${shown(valueIn(recording))}`,
    ...shownLines(kind, recording),
    "",
    `  again:  ${law} of the same subject with ${optionsText(found.again)}`,
    ...(found.kept.file === undefined ? [] : keptLines(found.kept)),
  ];
  return new TroupeError("LAW_BROKEN", lines.join("\n"), {
    hint,
    data: { ...about, law, kind: kind.kind, [sort.of]: valueIn(recording), ...found.kept },
  });
}

function valueIn({ event, born }: Recording): unknown {
  return event ?? born?.input;
}

function shownLines(kind: AnyKind, recording: Recording): readonly string[] {
  try {
    const made = shownTo(kind, structuredClone(recording));
    return [`  version ${kind.version} is shown: ${shown(valueIn(made))}`];
  } catch {
    return []; // the first line says what it throws
  }
}
