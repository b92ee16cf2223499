/** The shape of every fact: a type, its version, and what happened. */
import { z } from "zod";

export function fact<const T extends string, const S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), v: z.literal(1), data: z.strictObject(shape) });
}
