/** What a fork is asked for, and what it comes to. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { withValues } from "../../events/issues.ts";
import type { Json } from "../../events/json.ts";
import { isTooDeep } from "../../events/plan/fault.ts";
import { AnyJson } from "../../events/whole.ts";

const DEEPEST = 1_000;

/** How much of the stack is left must not decide what is taken. */
const ShallowJson = AnyJson.refine((value) => !isTooDeep(value, DEEPEST), {
  error: `Expected JSON of at most ${DEEPEST} levels`,
});

/** A value to be set in the context of an actor at the cut. */
const SetAt = z.strictObject({
  /** An actor of the run that is forked. */
  actor: z.string(),
  /** Keys, and indexes of arrays, down from the context. All but the last must be there. */
  path: z.array(z.string()).min(1),
  /** Strict JSON. */
  value: ShallowJson,
  /** Whether it may be of another type than what stands there. Default false. */
  anyType: z.boolean().optional(),
});

/** An input to be replaced. */
const ReplaceWith = z.strictObject({
  /** Its record: `ADDRESS#SEQ`. */
  record: z.string(),
  /** For a completion what was answered; for any other event its new data. Strict JSON. */
  with: ShallowJson,
});

export const ForkRequest = z.strictObject({
  /** The run that is forked. */
  of: z.string(),
  /** The cut: a number from 1, or `ADDRESS#SEQ`. Default: right behind the replaced record, else the run's end. */
  at: z.string().optional(),
  set: z.array(SetAt).default([]),
  replace: ReplaceWith.optional(),
});
export type ForkRequest = z.output<typeof ForkRequest>;

/** What may be said of a fork. */
export interface ForkOptions {
  /** The new run's id. Default: `RUN-fork`, `RUN-fork-2`, …. */
  readonly id?: string;
  /** The cut: the number of the run's last record that counts, from 1, or `ADDRESS#SEQ`. Default: right behind the replaced record, else the run's end. */
  readonly at?: number | string;
  /** Values in contexts as of the cut. Each place's parent must be there; no transition is taken. */
  readonly set?: readonly {
    /** An actor of the run that is forked. */
    readonly actor: string;
    /** Keys, and indexes of arrays, down from the context. */
    readonly path: readonly string[];
    /** Strict JSON, of the type of what stands there, and so are its members. */
    readonly value: unknown;
    /** Whether it may be of another type. Default false. */
    readonly anyType?: boolean;
  }[];
  /**
   * An answer, or an event, in place of a recorded one: of the last record of its actor in the cut,
   * of which nothing else in the cut came.
   */
  readonly replace?: {
    /** `ADDRESS#SEQ`. */
    readonly record: string;
    /** For a completion, be it that it failed, what is answered instead; for any other event its new data. Strict JSON. */
    readonly with: unknown;
  };
}

/** @throws {@link TroupeError} `INPUT_INVALID` with every fault. */
export function requestOf(run: string, { at, id: _id, ...options }: ForkOptions): ForkRequest {
  const given = { of: run, ...(at !== undefined && { at: String(at) }), ...options };
  const parsed = ForkRequest.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = z.prettifyError(withValues(parsed.error, given));
  throw new TroupeError("INPUT_INVALID", `no run can be forked so: ${faults}`, {
    hint: "Give `set` as a list of { actor, path, value }, and `replace` as { record, with }, with strict JSON.",
    data: { run },
  });
}

/** What a fork came to. */
export const Forked = z.strictObject({
  /** The new run's id. */
  run: z.string(),
  /** The run that it is a fork of, and the position of the cut there. */
  of: z.string(),
  position: z.int().min(1),
  /** How many actors it has, and how many records their told histories. */
  actors: z.int().min(1),
  records: z.int().min(1),
});
export type Forked = z.infer<typeof Forked>;

/** The same for the same changes, so that a fork that was cut short is known again; undefined where nothing is changed. */
export function changeIn({ set, replace }: ForkRequest): string | undefined {
  if (set.length === 0 && replace === undefined) return undefined;
  const change: Json = [set.map(({ actor, path, value }) => [actor, path, value]), replace ?? null];
  return createHash("sha256").update(JSON.stringify(change)).digest("hex").slice(0, 16);
}
