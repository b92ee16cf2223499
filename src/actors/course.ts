/**
 * Which code moves which records of an actor.
 *
 * - A migration begins a new part of an actor's records, and holds all that a load of that part needs.
 * - One code moves a part: that of the version which wrote the part's last record, and so came to the
 *   same hashes before it; the kind's own where the kind does not have that version.
 */
import { parseAddress } from "../events/address.ts";
import type { JsonObject } from "../events/json.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { migrationIn, parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { Mover } from "./identity.ts";
import { kindNamed, type AnyKind, type Kinds } from "./kind.ts";
import { codeIn, type KindCode } from "./versions.ts";

/** A record, read. */
export interface Found {
  readonly record: Recorded;
  readonly body: RecordBody;
}

/** The records from `first` on, up to the next part. */
export interface Part {
  readonly first: number;
  readonly code: KindCode;
  /** The migration that it begins with; absent: the birth. */
  readonly migration?: Found;
}

/** Parts in their order. */
export type Course = readonly [Part, ...Part[]];

interface CourseEnv {
  readonly log: EventLog;
  readonly kinds: Kinds;
}

/** @throws {@link TroupeError} `KIND_UNKNOWN` */
export function kindOf({ kinds }: Pick<CourseEnv, "kinds">, address: string): AnyKind {
  return kindNamed(kinds, parseAddress(address).kind);
}

/** The code that has moved an actor so far. */
export function codeOf(env: Pick<CourseEnv, "kinds">, { identity, version }: Mover): KindCode {
  const kind = kindOf(env, identity.address);
  return codeIn(kind, version) ?? kind;
}

/** The course as long as no migration is known: whoever meets one asks for the real one. */
export function straight(env: Pick<CourseEnv, "kinds">, address: string): Course {
  return [{ first: 1, code: kindOf(env, address) }];
}

/**
 * The real course.
 *
 * @param range.to the last record that counts; absent: the tip.
 * @param range.whole from as far back as the kind has the code for; else the last part alone.
 */
export async function courseOf(
  env: CourseEnv,
  address: string,
  range: { readonly to?: number | undefined; readonly whole: boolean },
): Promise<Course> {
  const kind = kindOf(env, address);
  const to = Math.min(range.to ?? Number.POSITIVE_INFINITY, await env.log.tip(address));
  return range.whole
    ? allParts(env.log, kind, { address, to })
    : lastPart(env.log, kind, { address, to });
}

interface Stretch {
  readonly address: string;
  readonly to: number;
}

/** Each record names the last checkpoint or migration before it, so a few are read. */
async function lastPart(log: EventLog, kind: AnyKind, { address, to }: Stretch): Promise<Course> {
  const last = await recordAt(log, address, to);
  const code = (last && codeIn(kind, last.body.version)) ?? kind;
  for (let at = last; at !== undefined; at = await recordAt(log, address, at.body.since)) {
    if (migrationIn(at.body) !== undefined) return [{ first: at.record.seq, code, migration: at }];
  }
  return [{ first: 1, code }];
}

async function allParts(log: EventLog, kind: AnyKind, { address, to }: Stretch): Promise<Course> {
  const parts: { readonly first: number; readonly migration?: Found; version: string }[] = [
    { first: 1, version: "" },
  ];
  for await (const record of log.read(address, { to })) {
    const { stream, seq, body } = record;
    if (migrationIn(body) !== undefined) {
      const found = { record, body: parseBody(body, placeOf({ stream, seq })) };
      parts.push({ first: seq, migration: found, version: "" });
    }
    const part = parts.at(-1);
    if (part !== undefined) part.version = versionIn(body);
  }
  const coded = parts.map(({ version, ...part }) => ({ ...part, code: codeIn(kind, version) }));
  const lost = coded.findLastIndex(({ code }, index) => code === undefined && index < coded.length - 1);
  const [first = { first: 1, code: kind }, ...rest] = coded
    .slice(lost + 1)
    .map(({ code = kind, ...part }) => ({ ...part, code }));
  return [first, ...rest];
}

function versionIn({ version }: JsonObject): string {
  return typeof version === "string" ? version : "";
}

/** Undefined where there is no such record, or none that can be read: the load comes to it, and says what is wrong. */
export async function recordAt(
  log: EventLog,
  address: string,
  seq: number | undefined,
): Promise<Found | undefined> {
  if (seq === undefined || seq < 1) return undefined;
  try {
    for await (const record of log.read(address, { after: seq - 1, to: seq }))
      return { record, body: parseBody(record.body, placeOf(record)) };
  } catch {
    return undefined;
  }
  return undefined;
}
