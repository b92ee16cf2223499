/**
 * From a schema to its arbitrary, part by part.
 *
 * 1. A schema that contains itself is unrolled a few times; where it would go on, whoever can do
 *    without it does (`TooDeep`), so every value is finite.
 * 2. One schema at one depth has one arbitrary.
 */
import type { Arbitrary } from "fast-check";
import type { z } from "zod";
import { TooDeep, type Path } from "./fault.ts";

/** Makes the arbitrary of a part. @throws `TooDeep`, `Absent`, `ARBITRARY_FAILED` */
export type Make = (schema: z.core.$ZodType, path: Path) => Arbitrary<unknown>;

/** Makes the arbitrary of a schema, given how to make those of its parts. */
export type Shape = (schema: z.core.$ZodType, path: Path, make: Make) => Arbitrary<unknown>;

/** @param depth how often a schema may contain itself. */
export function makerOf(
  shape: Shape,
  given: ReadonlyMap<object, Arbitrary<unknown>>,
  depth: number,
): Make {
  const made = new Map<object, Arbitrary<unknown>>(given);
  const underway = new Set<object>();
  let below: Make | undefined;
  const deeper: Make = (schema, path) => {
    if (depth === 0) throw new TooDeep(path);
    below ??= makerOf(shape, given, depth - 1);
    return below(schema, path);
  };
  const make: Make = (schema, path) => {
    const known = made.get(schema);
    if (known !== undefined) return known;
    if (underway.has(schema)) return deeper(schema, path);
    underway.add(schema);
    try {
      const values = shape(schema, path, make);
      made.set(schema, values);
      return values;
    } finally {
      underway.delete(schema);
    }
  };
  return make;
}
