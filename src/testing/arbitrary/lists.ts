/** Arrays and tuples. */
import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import { checksOf } from "./checks.ts";
import { TooDeep, type Path } from "./fault.ts";
import type { Make } from "./make.ts";

/** Items of a list whose schema does not say how many. */
const MOST = 6;
/** The deeper lists stand in each other, the shorter they are. */
const depthIdentifier = fc.createDepthIdentifier();

export function arraysOf(schema: z.core.$ZodArray, path: Path, make: Make): Arbitrary<unknown[]> {
  let minLength = 0;
  let most = Infinity;
  for (const { minimum, maximum, length } of checksOf(schema)) {
    minLength = Math.max(minLength, minimum ?? length ?? 0);
    most = Math.min(most, maximum ?? length ?? Infinity);
  }
  const maxLength = most < 3 * MOST ? most : Math.max(minLength, MOST);
  try {
    const items = make(schema._zod.def.element, `${path}[]`);
    return fc.array(items, { minLength, maxLength: Math.max(maxLength, minLength), depthIdentifier });
  } catch (error) {
    if (error instanceof TooDeep && minLength === 0) return fc.constant([]);
    throw error;
  }
}

export function tuplesOf(
  { _zod: { def } }: z.core.$ZodTuple,
  path: Path,
  make: Make,
): Arbitrary<unknown[]> {
  const items = fc.tuple(...def.items.map((item, index) => make(item, `${path}[${index}]`)));
  const optional =
    def.items.length - (def.items.findLastIndex((item) => item._zod.optin === undefined) + 1);
  if (def.rest === null)
    return fc.tuple(items, fc.nat(optional)).map(([all, fewer]) => all.slice(0, all.length - fewer));
  const rest = fc.array(make(def.rest, `${path}[]`), { maxLength: MOST, depthIdentifier });
  return fc.tuple(items, rest).map(([all, more]) => [...all, ...more]);
}
