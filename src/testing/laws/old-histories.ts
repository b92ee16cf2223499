/**
 * Histories that an earlier version's machine made, under the present kind: judged by the very
 * functions of `troupe upgrade-check`, so that the law and the command say the same.
 */
import { readingStepper } from "../../actors/client.ts";
import { kindsByName, type AnyKind } from "../../actors/kind.ts";
import type { Recorded } from "../../events/log/log.ts";
import { memoryLog } from "../../events/log/memory.ts";
import { parseBody, placeOf, type RecordBody } from "../../events/record.ts";
import { judge, parks, type UpgradeFault } from "../../replay/upgrade-actor.ts";
import type { Stage } from "../walk/stage.ts";
import type { Walk } from "../walk/walks.ts";
import { recordsOf } from "./keep.ts";
import type { Broken } from "./report.ts";
import { wrongIn } from "./shown.ts";

/** How the histories of an earlier version are judged. */
export interface Present {
  readonly kind: AnyKind;
  readonly beside: readonly AnyKind[];
  /** Whether old actors are moved by their own machine, and migrated. */
  readonly kept: boolean;
}

/** What is wrong with a history under the present kind, or with the beginning of one that is open there. */
export async function underPresent(
  stage: Stage,
  walk: Walk,
  present: Present,
): Promise<Broken | undefined> {
  const { records } = recordsOf(stage, walk);
  const bodies = records.map((record) => parseBody(record.body, placeOf(record)));
  for (const body of present.kept ? [] : bodies) {
    const broken = wrongIn(present.kind, body);
    if (broken !== undefined) return broken;
  }
  for (const until of opens(bodies)) {
    const part: Part = { records: records.slice(0, until), version: stage.kind.version };
    const fault = await faultOf(part, [present.kind, ...present.beside]);
    if (fault !== undefined) return told(stage, present.kind, { part, fault });
  }
  return undefined;
}

/**
 * How many records it had where an actor of it was open, once for each state that it stood in, all of
 * it first. One that has ended stays what it was.
 */
function opens(bodies: readonly RecordBody[]): readonly number[] {
  const last = new Map<string, number>();
  for (const [index, { status, owes, state }] of bodies.entries())
    if (status === "active" || owes !== 0) last.set(JSON.stringify(state), index + 1);
  return [...last.values()].toSorted((a, b) => b - a);
}

/** The beginning of an actor's records, all of one version. */
interface Part {
  readonly records: readonly Recorded[];
  readonly version: string;
}

async function faultOf(
  { records, version }: Part,
  kinds: readonly AnyKind[],
): Promise<UpgradeFault | undefined> {
  const [first] = records;
  if (first === undefined) return undefined;
  const byName = kindsByName(kinds);
  await using log = memoryLog();
  await log.append(first.stream, records, { expected: 0 });
  const env = { log, kinds: byName, stepper: readingStepper(byName) };
  const { verdict, fault } = await judge(env, first.stream, version);
  return parks(verdict) ? fault : undefined;
}

/** Where the old version does not replay it either, that is what is wrong. */
async function told(
  stage: Stage,
  { version }: AnyKind,
  { part, fault }: { readonly part: Part; readonly fault: UpgradeFault },
): Promise<Broken> {
  const own = await faultOf(part, [...stage.kinds.values()]);
  const old = stage.kind.version;
  const { message, context = [], replayed, hint } = own ?? fault;
  const path = context[0] ?? (replayed === undefined ? undefined : "state");
  const what =
    own === undefined
      ? `what version ${old} recorded would park under version ${version}`
      : `version ${old} does not replay what it recorded itself`;
  return {
    what: `${what}: ${message}`,
    ...(path !== undefined && { at: path }),
    hint: own === undefined ? hint : "Hold that version to isPure first.",
    ...(own === undefined && { command: "troupe upgrade-check" }),
  };
}
