/** What the checks of a schema say, those that its format stands for included. */
import type { z } from "zod";

/** A check, as zod describes it: which fields are there depends on `check`. */
export interface Check {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly format?: string;
}

export function checksOf(schema: z.core.$ZodType): readonly Check[] {
  const { def } = schema._zod;
  const own = "check" in def ? [def] : []; // z.email() is a string and its own check
  const more = (def.checks ?? []).map((check) => check._zod.def);
  return [...own, ...more] as unknown as readonly Check[]; // all that zod's checks have in common is their name
}
