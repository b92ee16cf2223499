/** What hosts say to each other of an activity that runs away from its actor. */
import { z } from "zod";
import type { Json } from "../../events/json.ts";

/** What was JSON on the wire is JSON. */
const AnyJson = z.custom<Json>((value) => value !== undefined, "Expected JSON");
const Event = z.object({ type: z.string() }).catchall(AnyJson);

/** An attempt that another host is asked to make. Its actor's address says the kind. */
export const AskedAttempt = z.object({
  owner: z.string(),
  /** Of the kind: only the same code may do it. */
  version: z.string(),
  /** Leads from the kind's machine to the actor's own logic. */
  lineage: z.array(z.string()),
  /** Leads from there to the activity. */
  src: z.string(),
  activity: z.string(),
  id: z.string(),
  input: AnyJson.exactOptional(),
  /** Whether its actor hears each new snapshot of it. */
  syncSnapshot: z.boolean(),
  idempotencyKey: z.string(),
  fence: z.object({ epoch: z.int(), attempt: z.int().min(1) }),
});
export type AskedAttempt = z.infer<typeof AskedAttempt>;

/** What the one that makes it says. */
export const Word = z.discriminatedUnion("say", [
  z.object({ say: z.literal("ended"), event: Event }),
  z.object({ say: z.literal("sent"), to: z.string(), event: Event }),
  z.object({ say: z.literal("progress"), value: AnyJson }),
  z.object({ say: z.literal("log"), args: z.array(AnyJson) }),
]);
export type Word = z.infer<typeof Word>;
