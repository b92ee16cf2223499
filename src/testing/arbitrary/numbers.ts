/** Numbers as a schema asks for them: small whole ones first, then those at its bounds. Never what JSON cannot hold. */
import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import { checksOf, type Check } from "./checks.ts";
import { unmade, type Path } from "./fault.ts";
import { mixed } from "./mixed.ts";
import { sieve } from "./sieve.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly step: number | undefined;
}

/** Ranges of zod's number formats that are less than all whole numbers. */
const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
};
/** Numbers up to here make the first cases. */
const SMALL = 100;
/** What could be a moment, epoch ms: chance alone would hardly ever meet one that guards tell apart. */
const MOMENTS = [1_600_000_000_000, 1_800_000_000_000] as const;

export function numbersOf(schema: z.core.$ZodNumber, path: Path): Arbitrary<number> {
  const checks = checksOf(schema);
  const bounds = boundsOf(checks);
  const values =
    bounds.step === undefined ? anyOf(bounds, path) : multiplesOf(bounds, bounds.step, path);
  const positive = values.map((value) => (value === 0 ? 0 : value)); // JSON has no -0
  return checks.length === 0 ? positive : sieve(positive, schema, path);
}

function boundsOf(checks: readonly Check[]): Bounds {
  let bounds: Bounds = { min: -Infinity, max: Infinity, whole: false, step: undefined };
  for (const check of checks) bounds = narrowed(bounds, check);
  return bounds;
}

function narrowed(bounds: Bounds, { check, value = 0, format = "" }: Check): Bounds {
  const { min, max } = bounds;
  switch (check) {
    case "greater_than":
      return { ...bounds, min: Math.max(min, value) };
    case "less_than":
      return { ...bounds, max: Math.min(max, value) };
    case "multiple_of":
      return { ...bounds, step: value };
    case "number_format": {
      const [least, most] = RANGES[format] ?? [-Infinity, Infinity];
      const whole = bounds.whole || !format.startsWith("float");
      return { ...bounds, whole, min: Math.max(min, least), max: Math.min(max, most) };
    }
    default:
      return bounds;
  }
}

function anyOf({ min, max, whole }: Bounds, path: Path): Arbitrary<number> {
  const [all] = within(min, max);
  const sorts = [
    ...within(Math.max(min, -SMALL), Math.min(max, SMALL)),
    ...(all === undefined ? [] : [all]),
    ...within(Math.max(min, MOMENTS[0]), Math.min(max, MOMENTS[1])),
    ...(whole || min > max ? [] : [doubles(min, max)]),
  ];
  const [first] = sorts;
  if (first === undefined) throw unmade(path, `there is no number from ${min} to ${max}`);
  return mixed(
    all ?? first,
    sorts.map((values) => ({ values, weight: 1 })),
  );
}

function doubles(min: number, max: number): Arbitrary<number> {
  const bounds = { ...(min > -Infinity && { min }), ...(max < Infinity && { max }) };
  return fc.double({ ...bounds, noNaN: true, noDefaultInfinity: true });
}

/** Whole numbers of a range, where it has some. */
function within(min: number, max: number): Arbitrary<number>[] {
  const least = Math.max(Math.ceil(min), Number.MIN_SAFE_INTEGER);
  const greatest = Math.min(Math.floor(max), Number.MAX_SAFE_INTEGER);
  return least <= greatest ? [fc.integer({ min: least, max: greatest })] : [];
}

/** How often a step is taken, at most. */
const MULTIPLES = 1_000_000;

function multiplesOf({ min, max }: Bounds, step: number, path: Path): Arbitrary<number> {
  const size = Math.abs(step);
  const [counts] = within(Math.max(min / size, -MULTIPLES), Math.min(max / size, MULTIPLES));
  if (counts === undefined) throw unmade(path, `there is no multiple of ${step} from ${min} to ${max}`);
  const digits = String(size).split(".")[1]?.length ?? 0;
  return counts.map((count) => Number((count * size).toFixed(Math.min(digits, 20))));
}
