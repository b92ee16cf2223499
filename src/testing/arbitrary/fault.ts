/** Why no values can be made of a schema: what is said to the user, and what only its container hears. */
import { TroupeError } from "../../errors.ts";

/** Where in a schema something stands, from its root on: `lines[].amount`. */
export type Path = string;

/** It would contain itself once more: whoever can do without it leaves it out. */
export class TooDeep extends Error {
  override readonly name = "TooDeep";
}

/** Nothing stands for it in JSON: a field is left out, a union does without it. */
export class Absent extends Error {
  override readonly name = "Absent";
}

/** No values can be made of it, and only the user can say which are meant. */
export function unmade(path: Path, why: string, hint?: string): TroupeError {
  const place = path === "" ? "the schema" : `"${path}"`;
  return new TroupeError("ARBITRARY_FAILED", `no values can be made of ${place}: ${why}`, {
    hint:
      hint ??
      "Give an arbitrary for it: arbitraryOf(schema, { override: [[part, arbitrary]] }), or as `events` or `input` of the subject.",
    data: { path },
  });
}

/** `a` and `b` make `a.b`. */
export function under(path: Path, key: string): Path {
  return path === "" ? key : `${path}.${key}`;
}
