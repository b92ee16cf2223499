/**
 * The earlier versions of a kind, as far as a test knows them: those that the kind names in `previous`,
 * and those that it is given beside. What both say of one version is put together.
 *
 * 1. One of which nothing can be drawn is an error: a law that tries nothing must not hold.
 */
import { z } from "zod";
import type { AnyKind } from "../../actors/kind.ts";
import { codeIn, isLater, type KindCode, type Upcast } from "../../actors/versions.ts";
import type { TroupeError } from "../../errors.ts";
import { startedBy } from "../answers-of.ts";
import type { Subject } from "../subject.ts";
import { subjectOf } from "../walk/stage.ts";
import { usage } from "../usage.ts";

/** What is left of an earlier version whose machine is gone. */
export interface EarlierSchemas {
  readonly version: string;
  /** zod schema of the events that it took from outside. Default: none are tried. */
  readonly events?: z.ZodType;
  /** zod schema of what it was started with. Default: none is tried. */
  readonly input?: z.ZodType;
}

/** An earlier version: its kind, a subject with what the world said then, or its schemas alone. */
export type EarlierVersion = AnyKind | Subject | EarlierSchemas;

export interface Earlier {
  /** A kind of that version; where its machine is gone, in the present machine's place. */
  readonly subject: Subject;
  /** Whether it has its own machine, so that histories can be made with it. */
  readonly lives: boolean;
  /** Whether the present kind moves its actors by the old machine, and shows its events to no other. */
  readonly kept: boolean;
}

interface Parts extends EarlierSchemas {
  readonly machine?: AnyKind["machine"];
  readonly upcast?: Upcast;
  /** What the world said then. */
  readonly world?: Omit<Subject, "kind">;
}

/**
 * All that are known, the earliest first.
 *
 * @throws {@link TroupeError} `USAGE` where there is none, or nothing of one can be drawn.
 */
export function earlierOf(present: Subject, from: readonly EarlierVersion[]): readonly Earlier[] {
  const { kind } = present;
  const given = from.map((one) => partsOf(kind, one));
  const byVersion = new Map<string, Parts>();
  for (const one of [...(kind.previous ?? []).map(partsIn), ...given])
    byVersion.set(one.version, { ...byVersion.get(one.version), ...one });
  if (byVersion.size === 0)
    throw lacking(kind, "has no earlier version, so nothing would be tested", {
      hint: "Name the kinds of earlier versions in `previous` of the kind, or in `from` of upcastsEveryVersion.",
    });
  return [...byVersion.values()]
    .toSorted((one, two) => (isLater(one.version, two.version) ? 1 : -1))
    .map((parts) => earlier(present, parts));
}

/** `previous` holds code; whole kinds have schemas, too. */
function partsIn(code: KindCode & Partial<Pick<AnyKind, "events" | "input">>): Parts {
  const { version, machine, upcast, events, input } = code;
  return said({ version, machine, upcast, events, input });
}

function partsOf(kind: AnyKind, given: EarlierVersion): Parts {
  const { kind: old, ...world } = "kind" in given ? subjectOf(given) : { kind: given };
  const name = "kind" in old ? old.kind : kind.kind;
  const fault =
    name !== kind.kind
      ? `is of another kind: "${name}"`
      : old.version === kind.version
        ? "is the present one"
        : isLater(old.version, kind.version)
          ? `is later than the present one, "${kind.version}"`
          : undefined;
  if (fault !== undefined)
    throw lacking(kind, `has no earlier version "${old.version}": what \`from\` names ${fault}`, {
      hint: "Name earlier versions of the kind that is tested.",
    });
  return { ...partsIn(old as Parameters<typeof partsIn>[0]), world }; // a machine is looked for
}

/** Without the fields that say nothing: they would hide what another source says. */
function said<T extends object>(fields: T): { [Key in keyof T]: NonNullable<T[Key]> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof T]: NonNullable<T[Key]> }; // one that is missing was optional
}

function earlier({ kind, ...now }: Subject, { version, world, ...parts }: Parts): Earlier {
  const lives = parts.machine !== undefined;
  if (parts.events === undefined && (lives || parts.input === undefined))
    throw lacking(
      kind,
      `says of version "${version}" no \`events\` schema: nothing of it can be drawn`,
      {
        hint: `Put the whole kind of version "${version}" into \`previous\` or \`from\`, or { version: "${version}", events } into \`from\`.`,
      },
    );
  const { machine, answers } = kind;
  const own = { events: z.never(), machine, ...said({ answers }), ...parts };
  const old: AnyKind = { kind: kind.kind, version, ...own };
  const { messages, beside = [] } = now;
  return {
    subject: { answers: answersAt(old, now), beside, ...said({ messages }), ...world, kind: old },
    lives,
    kept: codeIn(kind, version) !== undefined,
  };
}

/** What the world says now, of what was started then already. */
function answersAt(old: AnyKind, { answers = {}, beside = [] }: Omit<Subject, "kind">) {
  const known = startedBy([old, ...beside]);
  return Object.fromEntries(Object.entries(answers).filter(([src]) => known.has(src)));
}

function lacking({ kind }: AnyKind, fault: string, { hint }: { readonly hint: string }): TroupeError {
  return usage(`kind "${kind}" ${fault}`, { hint, data: { kind } });
}
