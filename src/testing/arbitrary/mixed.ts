/**
 * Values of several sorts that shrink as one: `fc.oneof` would keep to the sort that was drawn, and
 * a number that need not be large would stay so.
 */
import { Arbitrary, Value, type Random, type Stream } from "fast-check";

/** One sort of values, and how often it is drawn. */
export interface Sort<T> {
  readonly values: Arbitrary<T>;
  readonly weight: number;
}

/** @param base shrinks all that it could have made; what it could not have made shrinks as its own sort does. */
export function mixed<T>(base: Arbitrary<T>, sorts: readonly Sort<T>[]): Arbitrary<T> {
  return new Mixed(base, sorts);
}

interface Origin<T> {
  readonly values: Arbitrary<T>;
  readonly context: unknown;
}

class Mixed<T> extends Arbitrary<T> {
  readonly #base: Arbitrary<T>;
  readonly #sorts: readonly Sort<T>[];
  readonly #sum: number;

  constructor(base: Arbitrary<T>, sorts: readonly Sort<T>[]) {
    super();
    this.#base = base;
    this.#sorts = sorts;
    this.#sum = sorts.reduce((sum, { weight }) => sum + weight, 0);
  }

  generate(random: Random, bias: number | undefined): Value<T> {
    let left = random.nextInt(1, this.#sum);
    const sort = this.#sorts.find(({ weight }) => (left -= weight) <= 0);
    const values = sort?.values ?? this.#base;
    return from(values, values.generate(random, bias));
  }

  canShrinkWithoutContext(value: unknown): value is T {
    return this.#base.canShrinkWithoutContext(value);
  }

  shrink(value: T, context: unknown): Stream<Value<T>> {
    const known = this.#base.canShrinkWithoutContext(value);
    const origin = context as Origin<T> | undefined; // it is made here alone
    if (known || origin === undefined)
      return this.#base.shrink(value, undefined).map((made) => from(this.#base, made));
    return origin.values.shrink(value, origin.context).map((made) => from(origin.values, made));
  }
}

function from<T>(values: Arbitrary<T>, { value, context }: Value<T>): Value<T> {
  const origin: Origin<T> = { values, context };
  return new Value(value, origin);
}
