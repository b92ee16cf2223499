/** One of several: literals, enums, unions. An option that JSON cannot hold is left out. */
import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { Absent, TooDeep, unmade, type Path } from "./fault.ts";
import type { Make } from "./make.ts";

export function literalsOf({ _zod: { def } }: z.core.$ZodLiteral, path: Path): Arbitrary<unknown> {
  const values = def.values.filter((value) => value !== undefined && typeof value !== "bigint");
  if (values.length > 0) return fc.constantFrom(...values);
  if (def.values.includes(undefined)) throw new Absent(path);
  throw unmade(path, "its literals are no JSON");
}

export function enumsOf({ _zod: { values } }: z.core.$ZodEnum, path: Path): Arbitrary<unknown> {
  if (values === undefined || values.size === 0) throw unmade(path, "its enum is empty");
  return fc.constantFrom(...values);
}

export function unionsOf(
  { _zod: { def } }: z.core.$ZodUnion,
  path: Path,
  make: Make,
): Arbitrary<unknown> {
  const options: Arbitrary<unknown>[] = [];
  const faults: unknown[] = [];
  for (const option of def.options)
    try {
      options.push(make(option, path));
    } catch (error) {
      if (!canBeLeftOut(error)) throw error;
      faults.push(error);
    }
  if (options.length === 0) throw faults.find((fault) => fault instanceof TooDeep) ?? faults[0];
  return fc.oneof({ withCrossShrink: true }, ...options);
}

function canBeLeftOut(error: unknown): boolean {
  return (
    error instanceof TooDeep || error instanceof Absent || TroupeError.is(error, "ARBITRARY_FAILED")
  );
}

/** `null` or what it is around. */
export function nullablesOf(
  { _zod: { def } }: z.core.$ZodNullable,
  path: Path,
  make: Make,
): Arbitrary<unknown> {
  try {
    return fc.option(make(def.innerType, path), { nil: null, freq: 4 });
  } catch (error) {
    if (error instanceof TooDeep) return fc.constant(null);
    throw error;
  }
}

/** Its texts, one after the other. */
export function templatesOf(
  { _zod: { def } }: z.core.$ZodTemplateLiteral,
  path: Path,
  make: Make,
): Arbitrary<unknown> {
  const parts = def.parts.map((part) =>
    typeof part === "object" && part !== null ? make(part, path) : fc.constant(part),
  );
  return fc.tuple(...parts).map((texts) => texts.map(String).join(""));
}
