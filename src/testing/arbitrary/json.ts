/** Any JSON, for schemas that do not say which. */
import fc, { type Arbitrary } from "fast-check";
import { texts } from "./strings.ts";

export function jsonValues(): Arbitrary<unknown> {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      texts(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        texts({ maxLength: 8 }).filter((key) => key !== "__proto__"),
        tie("value"),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }));
  return value;
}
