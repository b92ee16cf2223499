/** What each type of zod 4 is made of. Wrappers are looked through: what is made is what goes in. */
import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import { enumsOf, literalsOf, nullablesOf, templatesOf, unionsOf } from "./choices.ts";
import { Absent, unmade, type Path } from "./fault.ts";
import { jsonValues } from "./json.ts";
import { arraysOf, tuplesOf } from "./lists.ts";
import type { Make, Shape } from "./make.ts";
import { numbersOf } from "./numbers.ts";
import { intersectionsOf, objectsOf, recordsOf, unsupported } from "./objects.ts";
import { sieve } from "./sieve.ts";
import { stringsOf } from "./strings.ts";

type Type = z.core.$ZodTypes["_zod"]["def"]["type"];
type OfType<T extends Type> = Extract<z.core.$ZodTypes, { _zod: { def: { type: T } } }>;
type Shapes = {
  readonly [T in Type]: (schema: OfType<T>, path: Path, make: Make) => Arbitrary<unknown>;
};

interface Wrapper extends z.core.$ZodType {
  readonly _zod: z.core.$ZodType["_zod"] & { readonly def: { readonly innerType: z.core.$ZodType } };
}

const inner = ({ _zod: { def } }: Wrapper, path: Path, make: Make): Arbitrary<unknown> =>
  make(def.innerType, path);
const absent = (_: z.core.$ZodType, path: Path): never => {
  throw new Absent(path);
};
const any = (): Arbitrary<unknown> => jsonValues();

const SHAPES: Shapes = {
  any,
  array: arraysOf,
  bigint: unsupported,
  boolean: () => fc.boolean(),
  catch: inner,
  custom: any,
  date: unsupported,
  default: inner,
  enum: enumsOf,
  file: unsupported,
  function: unsupported,
  intersection: intersectionsOf,
  lazy: ({ _zod: { def } }, path, make) => make(def.getter(), path),
  literal: literalsOf,
  map: unsupported,
  nan: unsupported,
  never: absent,
  nonoptional: inner,
  null: () => fc.constant(null),
  nullable: nullablesOf,
  number: numbersOf,
  object: objectsOf,
  optional: inner,
  pipe: ({ _zod: { def } }, path, make) =>
    make(def.in._zod.def.type === "transform" ? def.out : def.in, path), // z.preprocess
  prefault: inner,
  promise: unsupported,
  readonly: inner,
  record: recordsOf,
  set: unsupported,
  string: stringsOf,
  success: inner,
  symbol: unsupported,
  template_literal: templatesOf,
  transform: any,
  tuple: tuplesOf,
  undefined: absent,
  union: unionsOf,
  unknown: any,
  void: absent,
};

/** Types of which not every value that is made is one that they take. */
const LOOSE: ReadonlySet<string> = new Set([
  "custom",
  "intersection",
  "nonoptional",
  "pipe",
  "template_literal",
  "transform",
]);

export const shapeOf: Shape = (schema, path, make) => {
  const { type, checks = [] } = schema._zod.def;
  const shape = SHAPES[type as Type] as Shapes["any"] | undefined; // the table has each type's own
  if (shape === undefined) throw unmade(path, `its type "${type}" is not known here`);
  const values = shape(schema as OfType<"any">, path, make); // as above
  const exclusive = "inclusive" in schema._zod.def; // z.xor: one option alone may take it
  return checks.length > 0 || LOOSE.has(type) || exclusive ? sieve(values, schema, path) : values;
};
