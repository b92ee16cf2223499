/** Schemas, as somebody could write them: for properties of what is made of schemas. */
import fc, { type Arbitrary } from "fast-check";
import { z } from "zod";

const bounds = fc
  .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(20))
  .map(([min, more]) => ({ min, max: min + more }));
const lengths = fc.tuple(fc.nat(4), fc.nat(6)).map(([min, more]) => ({ min, max: min + more }));

const leaves: readonly Arbitrary<z.ZodType>[] = [
  fc.constant(z.string()),
  lengths.map(({ min, max }) => z.string().min(min).max(max)),
  fc.constantFrom("x", "-", "a.b").map((text) => z.string().startsWith(text)),
  bounds.map(({ min, max }) => z.int().min(min).max(max)),
  bounds.map(({ min, max }) => z.number().min(min).max(max)),
  fc.constantFrom(2, 5, 0.25).map((step) => z.number().multipleOf(step)),
  fc.constantFrom<z.ZodType>(z.boolean(), z.null(), z.email(), z.uuid(), z.iso.datetime(), z.base64()),
  fc.constantFrom<z.ZodType>(z.json(), z.unknown(), z.literal(["a", 1]), z.enum(["a", "b", "c"])),
];

const keys = fc.uniqueArray(fc.constantFrom("a", "b", "type", "toString", "x-y", ""), { maxLength: 4 });

const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => {
  const part = tie("schema");
  const shape = keys.chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, part])), { noNullPrototype: true }),
  );
  return {
    schema: fc.oneof(
      { depthSize: "small" },
      ...leaves,
      shape.map((fields) => z.object(fields)),
      shape.map((fields) => z.strictObject(fields)),
      shape.map((fields) => z.looseObject(fields)),
      shape.map((fields) => z.object(fields).partial()),
      fc.tuple(lengths, part).map(([{ min, max }, one]) => z.array(one).min(min).max(max)),
      fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => z.tuple(all as [z.ZodType])),
      fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => z.union(all)),
      part.map((one) => z.record(z.string(), one)),
      part.map((one) => z.partialRecord(z.enum(["a", "b"]), one)),
      part.map((one) => one.nullable()),
      part.map((one) => z.object({ one: one.optional() })),
      part.map((one) => one.readonly()),
      part.map((one) => one.transform((value) => [value])),
      part.map((one) => z.lazy(() => one)),
      part.map((one) => z.object({ one, n: z.int() }).refine(({ n }) => n % 3 !== 0)),
    ),
  };
});

export const schemas: Arbitrary<z.ZodType> = schema;
