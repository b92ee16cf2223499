/**
 * What is to be set in an actor at the cut, held to what stands there: a machine that reads a number
 * cannot live with a text, and would say so long after the fork.
 *
 * - Only who makes a fork asks this: what stands in the records of one is set as it stands.
 */
import { TroupeError } from "../../errors.ts";
import { nearest } from "../../events/nearest.ts";
import { OBJECT, typeOf } from "../value-type.ts";
import { contextOf } from "../xstate/context.ts";
import type { State } from "../xstate/contract.ts";
import { withValues, type ValueAt } from "../xstate/with-values.ts";

export interface ToSet extends ValueAt {
  /** Of another type than what stands there is fine, too. */
  readonly anyType?: boolean | undefined;
}

/**
 * @param actor as the original calls it.
 * @throws {@link TroupeError} `INPUT_INVALID` where a place is not there, holds another type, or is a new field with nearly the name of another one.
 */
export function assertSettable(state: State, values: readonly ToSet[], actor: string): void {
  let now = state;
  for (const one of values) {
    const next = withValues(now, [one], actor); // throws where there is no such place
    if (one.anyType !== true) assertMeant(now, one, actor);
    now = next;
  }
}

/** A field is known, or named like none that is; what stands in a place is of the same type. */
function assertMeant(state: State, { path, value }: ToSet, actor: string): void {
  const before = valueAt(state, path);
  const [field = "", ...below] = path;
  if (before === undefined && below.length === 0) assertNoSlip(valueAt(state, []), field, actor);
  assertLike(before, value, { actor, path });
}

/** A new field with nearly the name of another one: the machine would never read it. Further down names are often keys. */
function assertNoSlip(context: unknown, field: string, actor: string): void {
  const known = Object.keys(Object(context));
  const meant = known.includes(field) ? undefined : nearest(field, known);
  if (meant === undefined) return;
  throw new TroupeError("INPUT_INVALID", `the context of "${actor}" has no "${field}"`, {
    hint: `Write "${meant}", or insist with --any-type (anyType: true).`,
    data: { address: actor, path: `context.${field}`, known },
  });
}

interface Place {
  readonly actor: string;
  readonly path: readonly string[];
}

/** Down through all members that both have. Where nothing stood, anything may stand. */
function assertLike(before: unknown, value: unknown, place: Place): void {
  const [was, is = "nothing"] = [typeOf(before), typeOf(value)];
  if (before === null || was === undefined) return;
  if (was !== is) throw otherType(place, was, is);
  if (was !== OBJECT) return;
  const known = new Map(Object.entries(Object(before)));
  for (const [key, member] of Object.entries(Object(value)))
    assertLike(known.get(key), member, { ...place, path: [...place.path, key] });
}

function otherType({ actor, path }: Place, was: string, is: string): TroupeError {
  const place = ["context", ...path].join(".");
  return new TroupeError(
    "INPUT_INVALID",
    `"${place}" of "${actor}" is ${was}, and cannot become ${is}`,
    {
      hint: `Give ${was}, or insist with --any-type (anyType: true) where the machine takes both.`,
      data: { address: actor, path: place, was, is },
    },
  );
}

function valueAt({ snapshot }: State, path: readonly string[]): unknown {
  let here = contextOf(snapshot);
  for (const key of path) here = Object.getOwnPropertyDescriptor(Object(here), key)?.value as unknown;
  return here;
}
