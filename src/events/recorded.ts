/**
 * What other actors send: it has passed no schema of the kind that hears it (S1), so a machine reads
 * it by its own before it trusts it. It stands in a record, so it is strict JSON, and what may be
 * large in it need not be looked through again.
 */
import { z } from "zod";

/** JSON that a record holds. */
export const Recorded = z.custom() as unknown as z.ZodJSONSchema; // all that it takes is JSON

/** Reads what a machine hears; each event once, however often guards ask. Undefined for what the schema refuses. */
export function reader<T>(schema: z.ZodType<T>): (event: object) => T | undefined {
  const read = new WeakMap<object, T | undefined>();
  return (event) => {
    if (!read.has(event)) read.set(event, schema.safeParse(event).data);
    return read.get(event);
  };
}
