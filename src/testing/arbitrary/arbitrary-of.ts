/**
 * Arbitraries of zod schemas: what somebody may send that the schema takes.
 *
 *     fc.property(arbitraryOf(OrderEvent), (event) => …)
 *
 * 1. What is made is JSON, and the schema takes it: that is checked for each value.
 * 2. It is what goes into the schema: the input of transforms, without what defaults fill in.
 * 3. It shrinks to small values; on the way there are texts and numbers that break things.
 */
import type { Arbitrary } from "fast-check";
import type { z } from "zod";
import { parseWhole } from "../../events/whole.ts";
import { Absent, TooDeep, under, unmade } from "./fault.ts";
import { makerOf } from "./make.ts";
import { shapeOf } from "./shapes.ts";

/** Which arbitrary stands for a part of a schema: that very object, wherever it is used. */
export type Override = readonly [part: z.ZodType, values: Arbitrary<unknown>];

export interface ArbitraryOptions {
  /** Default: none. */
  readonly override?: readonly Override[];
  /** How often a schema may contain itself. Default 2. */
  readonly depth?: number;
}

/**
 * The arbitrary of what a schema takes.
 *
 * @throws {@link TroupeError} `ARBITRARY_FAILED` with the path of the part of which no values can be
 * made: no JSON (`z.date()`, `z.bigint()`, …), or a part that always contains itself. While values
 * are made: a refinement that nearly nothing passes, or an override that the schema does not take.
 */
export function arbitraryOf<TSchema extends z.ZodType>(
  schema: TSchema,
  { override = [], depth = 2 }: ArbitraryOptions = {},
): Arbitrary<z.input<TSchema>> {
  const make = makerOf(shapeOf, new Map<object, Arbitrary<unknown>>(override), depth);
  const checked = (value: unknown): z.input<TSchema> => {
    assertTaken(schema, value);
    return value as z.input<TSchema>; // right above
  };
  try {
    return make(schema, "").map(checked);
  } catch (error) {
    if (error instanceof TooDeep) throw unmade(error.message, "it always contains itself");
    if (error instanceof Absent) throw unmade(error.message, "nothing of it is JSON");
    throw error;
  }
}

/** What is not taken is a fault of ours, or of an override. */
function assertTaken(schema: z.ZodType, value: unknown): void {
  const parsed = parseWhole(schema, value);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).reduce<string>((before, key) => under(before, String(key)), "");
  throw unmade(path, `what was made is not taken: ${issue?.message ?? ""} (${JSON.stringify(value)})`);
}
