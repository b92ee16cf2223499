/** Arbitraries of zod schemas: what they make is taken, is JSON, and reaches every part of a schema. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { TroupeError } from "../../src/errors.ts";
import { assertJson } from "../../src/events/json.ts";
import { parseWhole } from "../../src/events/whole.ts";
import { arbitraryOf } from "../../src/testing/arbitrary/arbitrary-of.ts";
import { schemas } from "./schemas.ts";

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});
interface Chain {
  readonly next: Chain | null;
}
const Chain: z.ZodType<Chain> = z.lazy(() => z.strictObject({ next: Chain.nullable() }));
const Total = z.number().min(0).max(100);

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  string: z.string(),
  "string of some length": z.string().min(3).max(5),
  "string of one length": z.string().length(40),
  "string with a pattern": z.string().regex(/^[a-z]{2}-\d+$/),
  "string with a prefix and a length": z.string().startsWith("ab").endsWith("z").includes("--").max(9),
  "trimmed string": z.string().trim().min(2),
  "lower-case string": z.string().lowercase().min(1),
  "upper-case string": z.string().uppercase(),
  email: z.email(),
  uuid: z.uuid(),
  "uuid v7": z.uuidv7(),
  guid: z.guid(),
  url: z.url(),
  httpUrl: z.httpUrl(),
  datetime: z.iso.datetime(),
  "datetime with offset": z.iso.datetime({ offset: true }),
  "local datetime": z.iso.datetime({ local: true }),
  "datetime to the second": z.iso.datetime({ precision: 0 }),
  "datetime to the minute": z.iso.datetime({ precision: -1 }),
  "datetime with 6 digits": z.iso.datetime({ precision: 6 }),
  date: z.iso.date(),
  time: z.iso.time(),
  duration: z.iso.duration(),
  base64: z.base64(),
  base64url: z.base64url(),
  jwt: z.jwt(),
  ulid: z.ulid(),
  nanoid: z.nanoid(),
  cuid: z.cuid(),
  cuid2: z.cuid2(),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
  cidrv4: z.cidrv4(),
  hostname: z.hostname(),
  hex: z.hex(),
  hash: z.hash("sha256"),
  e164: z.e164(),
  emoji: z.emoji(),
  number: z.number(),
  "number in a range": z.number().gt(1.5).lt(1.75),
  "number with a step": z.number().multipleOf(0.01).min(0).max(2),
  int: z.int(),
  "int in a range": z.int().min(1000).max(1003),
  int32: z.int32(),
  uint32: z.uint32(),
  float32: z.float32(),
  "even int": z.int().multipleOf(2),
  "number that is coerced": z.coerce.number().max(4),
  boolean: z.boolean(),
  null: z.null(),
  literal: z.literal("a"),
  literals: z.literal(["a", 1, true, null]),
  enum: z.enum(["a", "b"]),
  object: z.object({ a: z.string(), b: z.int().optional(), c: z.boolean().default(true) }),
  "strict object": z.strictObject({ a: z.string().exactOptional(), b: z.null() }),
  "loose object": z.looseObject({ a: z.string() }),
  "object with a catchall": z.object({ a: z.string() }).catchall(z.int()),
  "object with a refinement": z
    .object({ from: z.int().min(0).max(9), to: z.int().min(0).max(9) })
    .refine(({ from, to }) => from <= to),
  record: z.record(z.string(), z.int()),
  "record of an enum": z.record(z.enum(["a", "b"]), z.int()),
  "record of some of an enum": z.partialRecord(z.enum(["a", "b"]), z.int()),
  "record with a pattern": z.record(z.string().regex(/^[a-z]+$/), z.boolean()),
  array: z.array(z.int()),
  "array of some length": z.array(z.int()).min(2).max(3),
  "array of one length": z.array(z.boolean()).length(30),
  tuple: z.tuple([z.int(), z.string()]),
  "tuple with a rest": z.tuple([z.int()], z.string()),
  "tuple with an optional end": z.tuple([z.int(), z.string().optional()]),
  union: z.union([z.string(), z.int(), z.undefined(), z.date()]),
  xor: z.xor([z.strictObject({ a: z.int() }), z.object({ a: z.int(), b: z.int() })]),
  "discriminated union": z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("A"), n: z.int() }),
    z.strictObject({ type: z.literal("B") }),
  ]),
  intersection: z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })),
  nullable: z.string().nullable(),
  nullish: z.object({ a: z.string().nullish() }),
  prefault: z.object({ a: z.string().prefault("x") }),
  catch: z.object({ a: z.string().catch("x") }),
  readonly: z.array(z.int()).readonly(),
  branded: z.string().brand("name"),
  nonoptional: z.int().optional().nonoptional(),
  pipe: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().max(500)),
  codec: z.codec(z.iso.datetime(), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  }),
  preprocess: z.preprocess((value) => value, z.int()),
  refinement: z.int().refine((n) => n % 3 === 0),
  json: z.json(),
  any: z.any(),
  unknown: z.object({ a: z.unknown() }),
  custom: z.custom<string>((value) => typeof value === "string"),
  "template literal": z.templateLiteral(["a-", z.int().min(0), "-", z.enum(["x", "y"])]),
  tree: Tree,
  chain: Chain,
};

describe("arbitraryOf", () => {
  it.each(Object.entries(SCHEMAS))("makes JSON that the schema takes: %s", (_, schema) => {
    fc.assert(
      fc.property(arbitraryOf(schema), (value) => {
        assertJson(value);
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
        return parseWhole(schema, value).success;
      }),
      { numRuns: 60 },
    );
  });

  it("does so for every schema", () => {
    fc.assert(
      fc.property(schemas, fc.integer(), (schema, seed) => {
        for (const value of fc.sample(arbitraryOf(schema), { numRuns: 10, seed })) {
          assertJson(value);
          expect(schema.safeParse(value).success).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, z.ZodType, (value: unknown) => boolean]>([
    [
      "a field that may be missing is there",
      z.object({ a: z.int().optional() }),
      (v) => "a" in Object(v),
    ],
    [
      "a field that may be missing is missing",
      z.object({ a: z.int().optional() }),
      (v) => !("a" in Object(v)),
    ],
    [
      "a field with a default is missing",
      z.object({ a: z.int().default(1) }),
      (v) => !("a" in Object(v)),
    ],
    ["a loose object has more", z.looseObject({}), (v) => Object.keys(Object(v)).length > 0],
    ["the lower bound", z.int().min(7).max(5000), (v) => v === 7],
    ["the upper bound", z.int().min(7).max(5000), (v) => v === 5000],
    ["no whole number", z.number(), (v) => !Number.isInteger(v)],
    ["zero", z.number(), (v) => v === 0],
    ["the empty text", z.string(), (v) => v === ""],
    [
      "a text that is a key of every object",
      z.string(),
      (v) => v === "__proto__" || v === "constructor",
    ],
    ["a text beyond ASCII", z.string(), (v) => /[^\0-\x7f]/.test(String(v))],
    ["the longest text", z.string().max(4), (v) => String(v).length === 4],
    ["the empty list", z.array(z.int()), (v) => JSON.stringify(v) === "[]"],
    ["null", z.int().nullable(), (v) => v === null],
    ["a tree two deep", Tree, (v) => JSON.stringify(v).split("children").length > 3],
    ["each option of a union", z.union([z.int(), z.literal("x")]), (v) => v === "x"],
  ])("comes to %s", (_, schema, found) => {
    expect(fc.sample(arbitraryOf(schema), { numRuns: 2_000, seed: 1 }).some(found)).toBe(true);
  });

  it.each<[string, z.ZodType, unknown]>([
    ["an order", z.object({ total: Total, note: z.string() }), { total: 0, note: "" }],
    ["a list", z.array(z.int()).min(1), [0]],
    ["a refinement", z.int().refine((n) => n > 10), 11],
    ["a union", z.union([z.literal("first"), z.int()]), "first"],
    ["a date", z.iso.date().refine((day) => day >= "2020"), "2020-01-01"],
  ])("shrinks to what is small: %s", (_, schema, smallest) => {
    const { counterexample } = fc.check(
      fc.property(arbitraryOf(schema), () => false),
      { seed: 3 },
    );
    expect(counterexample?.[0]).toEqual(smallest);
  });

  it("takes the user's values for a part, wherever it is used", () => {
    const schema = z.object({ total: Total, lines: z.array(z.object({ total: Total })).min(1) });
    const values = arbitraryOf(schema, { override: [[Total, fc.constant(42)]] });
    const [made] = fc.sample(values, 1);
    expect(made?.total).toBe(42);
    expect(made?.lines.every(({ total }) => total === 42)).toBe(true);
  });

  const at = (place: string, why: string): string => `no values can be made of ${place}: ${why}`;

  it.each<[string, z.ZodType, string]>([
    ["a date", z.object({ a: z.array(z.date()) }), at('"a[]"', "it is a date, and events are JSON")],
    [
      "a date that may be missing",
      z.object({ a: z.date().optional() }),
      at('"a"', "it is a date, and events are JSON"),
    ],
    [
      "a bigint",
      z.object({ a: z.object({ b: z.bigint() }) }),
      at('"a.b"', "it is a bigint, and events are JSON"),
    ],
    ["a map", z.map(z.string(), z.int()), at("the schema", "it is a map, and events are JSON")],
    ["undefined", z.array(z.undefined()), at('"[]"', "nothing of it is JSON")],
    ["never", z.never(), at("the schema", "nothing of it is JSON")],
    [
      "no option left",
      z.union([z.date(), z.bigint()]),
      at("the schema", "it is a date, and events are JSON"),
    ],
    [
      "an empty range",
      z.object({ n: z.int().min(2).max(1) }),
      at('"n"', "there is no number from 2 to 1"),
    ],
  ])("says what it cannot make: %s", (_, schema, message) => {
    expect(() => arbitraryOf(schema)).toThrow(message);
  });

  interface Endless {
    readonly next: Endless;
  }
  const Endless: z.ZodType<Endless> = z.object({ next: z.lazy(() => Endless) });

  it("says what always contains itself", () => {
    expect(() => arbitraryOf(Endless)).toThrow(/"next.*": it always contains itself/);
  });

  it.each<[string, z.ZodType, string, fc.Arbitrary<unknown> | undefined]>([
    [
      "a refinement that nothing passes",
      z.object({ a: z.string().refine(() => false) }),
      '"a"',
      undefined,
    ],
    ["a check that answers later", z.object({ a: z.int().refine(async () => true) }), '"a"', undefined],
    ["an override that is not taken", z.object({ a: Total }), '"a"', fc.constant(-1)],
  ])("says so while values are made: %s", (_, schema, place, values) => {
    const override = values === undefined ? [] : ([[Total, values]] as const);
    const sample = (): unknown => fc.sample(arbitraryOf(schema, { override }), 1);
    expect(sample).toThrow(place);
    expect(sample).toSatisfy(() => {
      try {
        return sample() === undefined;
      } catch (error) {
        return TroupeError.is(error, "ARBITRARY_FAILED");
      }
    });
  });
});
