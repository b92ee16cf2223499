/**
 * A message on a command subject, as anybody may have sent it who is let in.
 *
 * - 1. What is no command is answered, and says why; nothing of it reaches a host.
 * - 2. A command is for the actor whose subject it came on: permissions are given by subject.
 * - 3. No answer goes where it would act: to the log's own subjects, or to the server's.
 */
import type { Msg } from "@nats-io/transport-node";
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { commandSubject, type Subjects } from "../../subjects.ts";
import { AnyJson } from "../../whole.ts";
import type { Answer } from "../answer.ts";
import type { Command } from "../log.ts";
import type { Sealer } from "../payload.ts";

/** What is asked of an owner. */
export const CommandMessage = z.object({
  id: z.string(),
  address: z.string(),
  op: z.string(),
  data: AnyJson,
});

/** What the owner sends back: an answer, or that it stopped before there was one. */
export const Reply = z.union([
  z.object({ value: AnyJson }),
  z.object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string().exactOptional(),
      data: z.record(z.string(), AnyJson),
    }),
  }),
  z.object({ stopped: z.literal(true) }),
]);
export type Reply = Answer | { readonly stopped: true };

/** Whether there is no harm in answering. Who asks for an answer elsewhere gets none, and nothing is done. */
export function isAnswerable({ reply }: Msg): boolean {
  return reply === undefined || !/^(troupe\.|\$)/.test(reply);
}

/** @throws {@link TroupeError} `INPUT_INVALID`, `ADDRESS_INVALID`. */
export function commandIn(log: Subjects, seals: Sealer, { subject, data }: Msg): Command {
  const parsed = CommandMessage.safeParse(unsealed(seals, data));
  if (!parsed.success) refuse(z.prettifyError(parsed.error));
  const { address } = parsed.data;
  const places = (["cmd", "msg"] as const).map((space) => commandSubject(log, address, space));
  if (places.includes(subject)) return parsed.data;
  return refuse(`"${address}" is asked on ${places[0]}, not on ${subject}`);
}

export function refuse(why: string): never {
  throw new TroupeError("INPUT_INVALID", `the message on a command subject is no command: ${why}`, {
    hint: "Send JSON with id, address, op and data to the subject of that address, through the log's codec.",
  });
}

function unsealed(seals: Sealer, data: Uint8Array): unknown {
  try {
    return seals.unsealInline(data);
  } catch {
    return refuse(`its ${data.byteLength} bytes are not JSON`);
  }
}
