/**
 * Only those values that a schema takes: for what no generator can be told, such as refinements.
 *
 * 1. What comes out is taken by the schema, shrunk values too.
 * 2. It gives up with an error, and never searches for ever.
 */
import { Arbitrary, type Random, type Stream, type Value } from "fast-check";
import { z } from "zod";
import { unmade, type Path } from "./fault.ts";

/** Values in a row that may miss. */
const TRIES = 2_000;

/** Whether a schema takes a value. @throws `ARBITRARY_FAILED` where it can say so only later. */
function takes(schema: z.core.$ZodType, value: unknown, path: Path): boolean {
  try {
    return z.core.safeParse(schema, value).success;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unmade(path, `to check a value throws: ${why}`, "Let the schema check values at once.");
  }
}

export function sieve<T>(values: Arbitrary<T>, schema: z.core.$ZodType, path: Path): Arbitrary<T> {
  return new Sieve(values, schema, path);
}

class Sieve<T> extends Arbitrary<T> {
  readonly #values: Arbitrary<T>;
  readonly #schema: z.core.$ZodType;
  readonly #path: Path;

  constructor(values: Arbitrary<T>, schema: z.core.$ZodType, path: Path) {
    super();
    this.#values = values;
    this.#schema = schema;
    this.#path = path;
  }

  generate(random: Random, bias: number | undefined): Value<T> {
    for (let tries = 0; tries < TRIES; tries++) {
      const made = this.#values.generate(random, bias);
      if (this.#takes(made.value_)) return made;
    }
    throw unmade(this.#path, `none of ${TRIES} values passed its checks`);
  }

  canShrinkWithoutContext(value: unknown): value is T {
    return this.#values.canShrinkWithoutContext(value) && this.#takes(value);
  }

  shrink(value: T, context: unknown): Stream<Value<T>> {
    return this.#values.shrink(value, context).filter((smaller) => this.#takes(smaller.value_));
  }

  #takes(value: unknown): boolean {
    return takes(this.#schema, value, this.#path);
  }
}
