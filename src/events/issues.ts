/**
 * What a schema has against a value, with what stands there.
 *
 * Texts are not repeated, since one of them may be a secret; a schema whose texts are none says
 * them itself.
 */
import type { z } from "zod";
import { assertJson } from "./json.ts";
import { valueAt, type Steps } from "./plan/fault.ts";

/** The issues of an error, each with the value that it is about where that is no text. */
export function withValues(
  { issues }: Pick<z.ZodError, "issues">,
  given: unknown,
): { issues: z.core.$ZodIssue[] } {
  return {
    issues: issues.map((issue) => {
      const value = valueAt(given, issue.path.map(step));
      const fault = issue.code === "invalid_union" ? jsonFault(value, issue.path) : undefined;
      if (fault !== undefined) return { ...issue, message: fault };
      const found = inWords(value);
      const said = found === undefined || issue.message.includes(found);
      return said ? issue : { ...issue, message: `${issue.message} (it is ${found})` };
    }),
  };
}

/**
 * The issues, and in place of one with a union those of the alternative that the value comes nearest
 * to: they name the place inside it.
 */
export function nearestIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "invalid_union") return [issue];
    const [nearest] = issue.errors
      .map((alternative) => nearestIssues(alternative))
      .toSorted((a, b) => farness(a) - farness(b));
    if (nearest === undefined) return [issue];
    return nearest.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  });
}

/** A value of another type altogether is farther than one with any number of wrong members. */
function farness(issues: readonly z.core.$ZodIssue[]): number {
  const isOther = issues.some(({ code, path }) => code === "invalid_type" && path.length === 0);
  return isOther ? Number.POSITIVE_INFINITY : issues.length;
}

/** Of a place where any JSON may stand, why this is none. */
function jsonFault(value: unknown, path: readonly PropertyKey[]): string | undefined {
  try {
    assertJson(value, String(path.at(-1) ?? "value"));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function step(part: PropertyKey): Steps[number] {
  return typeof part === "number" ? part : String(part);
}

function inWords(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return typeof value === "function" || typeof value === "symbol" || typeof value === "bigint"
    ? `a ${typeof value}`
    : undefined;
}
