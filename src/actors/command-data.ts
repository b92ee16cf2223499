/** The data of commands between processes, and what they are answered with. */
import { z } from "zod";
import { RecordedEvent } from "../events/record.ts";

const Options = { id: z.string().optional(), trace: z.string().optional() };
/** What `start` takes, and `send`, and `skip`. */
export const Start = z.object({
  input: z.json().optional(),
  correlation: z.string().optional(),
  ...Options,
});
export const Send = z.object({ event: z.json(), ...Options });
export const Skip = z.object({ seq: z.int(), expected: z.int() });

/** What `start`, `stop` and `skip` are answered with, and `send`, and `unpark`. */
export const Seq = z.int();
export const SentShape = z.object({ seq: z.int(), facts: z.array(RecordedEvent) });
export const ParkedShape = z.object({
  address: z.string(),
  seq: z.int(),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

/** What `deliver` takes: what an actor of another partition sent. Children live with their roots, so only messages travel. */
export const Delivered = z.strictObject({
  /** The sender's address. */
  from: z.string(),
  /** The effect of the sender that this is: the key by which it counts once. */
  cause: z.string(),
  event: RecordedEvent,
  trace: z.string().exactOptional(),
});
export type Delivered = z.infer<typeof Delivered>;
