/**
 * The record: one step of one actor, as it stands in the log.
 *
 * - Everything that a replay needs stands in the actor's own records (A15): its birth, each
 *   external input, what it looked up, the due times of its timers.
 * - `owes` says how much would have to go on if the owner died right after it, so that a new
 *   owner finds open actors without replaying them.
 */
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { fits } from "./record-fits.ts";

/** Version of this format. A reader refuses a newer one (`LOG_NEWER`). */
export const RECORD_VERSION = 1;

const json = z.json() as z.ZodType<Json>; // zod's own JSON type is mutable; ours is the readonly view of it

/** An event as recorded: refs and errors stand in it as tagged objects. */
export const RecordedEvent = z.looseObject({ type: z.string() }) as unknown as z.ZodType<RecordedEvent>; // what is read is strict JSON already (L7)
export type RecordedEvent = { readonly type: string; readonly [key: string]: Json };

/** Where the history of a fork's actor comes from. */
const Origin = z.strictObject({
  /** The address whose records were told again. */
  of: z.string(),
  /** Position of the cut in the run that it belongs to. */
  at: z.int().min(1),
  /** By how much every time in that history lies later than in the original, ms. */
  shiftMs: z.int().min(0),
  /** Hash of what was changed at the cut; absent where nothing was. */
  change: z.string().optional(),
});
export type Origin = z.infer<typeof Origin>;

/** How an actor came to be. Only in its first record. */
const Born = z.strictObject({
  /** XState's id. */
  id: z.string(),
  input: json.optional(),
  /** Address of the parent; absent for a root. */
  parent: z.string().optional(),
  /** From the kind's machine down to this actor's logic; absent where the logic is the kind's own. */
  lineage: z.array(z.string()).optional(),
  systemId: z.string().optional(),
  /** Whether every snapshot goes to the parent. */
  syncSnapshot: z.literal(true).optional(),
  /** In an actor of a fork: its records up to `troupe.forked` tell another actor's history again. */
  fork: Origin.optional(),
});
export type Born = z.infer<typeof Born>;

/** System ids that change hands in a step: first `freed`, then `given`. */
const SystemDelta = z.strictObject({
  /** Addresses whose system ids are free again. */
  freed: z.array(z.string()).optional(),
  /** Address by system id. */
  given: z.record(z.string(), z.string()).optional(),
});
export type SystemDelta = z.infer<typeof SystemDelta>;

/** A whole actor, as `troupe.checkpoint` holds it. */
export interface Checkpoint {
  /** Of the code that it fits. */
  readonly key: string;
  /** Length of the content's text in characters. */
  readonly bytes: number;
  /** The actor as of this record; its shape goes with the key. */
  readonly content: JsonObject;
}
const Checkpoint = z.looseObject({
  key: z.string(),
  bytes: z.int().min(0),
  content: z.looseObject({}),
}) as unknown as z.ZodType<Checkpoint>; // bodies are strict JSON already (L7)

export const RecordBody = z.strictObject({
  v: z.literal(RECORD_VERSION),
  /** The kind's version that took the step. */
  version: z.string(),
  /** The writer's epoch. */
  epoch: z.int().min(0),
  born: Born.optional(),
  /** The external input; absent in a birth. `troupe.*` types are the host's own. */
  event: RecordedEvent.optional(),
  /** Who sent it: an actor or a resident of this actor. Absent: from outside, or a timer. */
  from: z.string().optional(),
  /** Id of the timer that fired. */
  timer: z.string().optional(),
  /** The input came too late (A6): recorded, but never shown to the machine. */
  stale: z.literal(true).optional(),
  /** False: the machine had no transition for it. */
  handled: z.literal(false).optional(),
  /** What the machine emitted in this step. */
  facts: z.array(RecordedEvent).optional(),
  /** State value after the step. */
  state: json,
  status: z.enum(["active", "done", "error", "stopped"]),
  output: json.optional(),
  error: json.optional(),
  /** Hash of the state after the step and of the effects it asked for. */
  hash: z.string(),
  /** The hash leaves the context out, since it was too large to hash at each step (A13). */
  light: z.literal(true).optional(),
  /** Digests of the context's top-level keys that this step changed (null: removed). */
  digests: z.record(z.string(), z.string().nullable()).optional(),
  /** Ids (`seq.index`) of effects settled since the last record. */
  settled: z.array(z.string()).optional(),
  /** Custom actions of records up to this seq have run; absent: of all before this record. */
  ran: z.int().min(0).optional(),
  /** Due times (epoch ms) of the timers armed in this step, by effect index. */
  dues: z.record(z.string(), z.number()).optional(),
  /** System ids looked up in this step. */
  lookups: z.record(z.string(), z.string().nullable()).optional(),
  system: SystemDelta.optional(),
  /** Transitions taken. */
  taken: z.array(z.string()).optional(),
  /** Seq of the actor's last checkpoint before this record. */
  since: z.int().min(1).optional(),
  /** The actor as of this record (A14). */
  checkpoint: Checkpoint.optional(),
  /** It tells a step again that another run took: it happened there, and is counted there. */
  copied: z.literal(true).optional(),
  /** Effects, residents and timers open after this step; 0 in a fork up to `troupe.forked`. */
  owes: z.int().min(0),
});
export type RecordBody = z.infer<typeof RecordBody>;

/**
 * Reads a record's body.
 *
 * @throws {@link TroupeError} `LOG_NEWER` where a newer Troupe wrote it, `RECORD_INVALID` where it is no record, `RUN_ERASED`.
 */
export function parseBody(body: JsonObject, place: string): RecordBody {
  const version = body["v"];
  if (fits(body, RECORD_VERSION)) return body;
  if (body["erased"] === true) throw erased(place);
  if (typeof version === "number" && version > RECORD_VERSION)
    throw new TroupeError(
      "LOG_NEWER",
      `${place} has record format ${version}, this Troupe knows ${RECORD_VERSION}`,
      {
        hint: "Use a newer Troupe for this log; `troupe replay RUN` shows what this one can read.",
      },
    );
  const parsed = RecordBody.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "RECORD_INVALID",
    `${place} is no record of Troupe: ${z.prettifyError(parsed.error)}`,
    {
      hint: "Run `troupe doctor` on this log.",
    },
  );
}

function erased(place: string): TroupeError {
  return new TroupeError("RUN_ERASED", `${place} cannot be read: its run was erased`, {
    hint: "Use another id; what was erased does not come back.",
    data: { place },
  });
}

/** How messages name a record. */
export function placeOf({ stream, seq }: { readonly stream: string; readonly seq: number }): string {
  return `record ${seq} of "${stream}"`;
}

/** What a record says of a migration, if it is one: from version to version, and the form of the actor that it holds. */
export function migrationIn(body: {
  readonly event?: Json | undefined;
}): { readonly from: string; readonly to: string; readonly form: number } | undefined {
  const { event } = body;
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined;
  const { type, from, to, form } = event as RecordedEvent; // an object with a type
  if (type !== "troupe.migrated") return undefined;
  return { from: textOf(from), to: textOf(to), form: typeof form === "number" ? form : 0 };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The seq of the record that this one takes out of its actor's history (A5), if it does. */
export function skippedIn(body: { readonly event?: Json | undefined }): number | undefined {
  const { event } = body;
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined;
  const { type, seq } = event as RecordedEvent; // an object with a type
  return type === "troupe.skipped" && typeof seq === "number" ? seq : undefined;
}
