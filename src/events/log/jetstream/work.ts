/**
 * Work for hosts with a label: core request on the label's subject, which one of them gets, and
 * then a line between both, each of whose sides has a subject of its own.
 *
 * - 1. All that is said passes the codec, as commands do.
 * - 2. What is no request for work is answered, and says why; what is no word on a line is not heard.
 * - 3. Who published a request and has no answer cannot say whether work began: it is
 *      `LOG_OUTCOME_UNKNOWN`, unless the server says that nobody serves the label.
 */
import { randomBytes } from "node:crypto";
import type { Msg, Subscription } from "@nats-io/transport-node";
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { assertJson, type Json } from "../../json.ts";
import { workerSubject, workSubject } from "../../subjects.ts";
import { answerOf, resultOf } from "../answer.ts";
import { workUnanswered } from "../faults.ts";
import { createLine, Frame, type OwnLine } from "../line.ts";
import type { Sealer } from "../payload.ts";
import type { AskedWork, WorkListener, TakeWork, WorkChannel } from "../work-channel.ts";
import { isAnswerable, Reply } from "./command-message.ts";
import { assertOpen, subscribed, unreachable, type Link } from "./link.ts";
import { tooLarge } from "./requests.ts";

const LineId = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);

const Request = z.object({
  address: z.string(),
  /** Where who asks hears. */
  line: LineId,
  work: z.custom<Json>((value) => value !== undefined, "Expected JSON"),
});

/** Where the one that took it hears. */
const Taken = z.object({ line: LineId });

export function workOn(link: Link, seals: Sealer): WorkChannel {
  return {
    async serve(label, take) {
      assertOpen(link);
      const subscription = link.nc.subscribe(workSubject(link.name, label), {
        queue: "hosts",
        callback(error, message) {
          if (error === null) void answer(link, seals, message, { label, take }).catch(() => {}); // who asked may be gone
        },
      });
      await subscribed(link, subscription);
      return {
        async [Symbol.asyncDispose]() {
          if (!subscription.isClosed() && !link.nc.isClosed()) subscription.unsubscribe();
        },
      };
    },
    request: (asked, heard) => request(link, seals, asked, heard),
  };
}

interface Served {
  readonly label: string;
  readonly take: TakeWork;
}

// oxlint-disable-next-line max-params -- where, and what was asked of whom
async function answer(link: Link, seals: Sealer, message: Msg, { label, take }: Served): Promise<void> {
  if (message.reply === undefined || !isAnswerable(message)) return;
  const given = await answerOf(async () => {
    const { address, line, work } = requestIn(seals, message);
    let hear: WorkListener = () => {};
    const own = openLine(link, seals, { address, heard: (word) => hear(word) });
    own.leadsTo(line);
    try {
      hear = take({ label, address, work }, own.line);
    } catch (error) {
      own.leadsTo(undefined); // the answer says it, and why
      own.line.close();
      throw error;
    }
    return { line: own.id };
  });
  assertJson(given, "answer");
  message.respond(seals.sealInline(given));
}

function requestIn(seals: Sealer, { subject, data }: Msg): z.infer<typeof Request> {
  const parsed = Request.safeParse(unsealed(seals, data));
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error);
  throw new TroupeError("INPUT_INVALID", `the message on ${subject} asks for no work: ${why}`, {
    hint: "Only hosts ask for work: let nobody else publish there.",
  });
}

/** Undefined for what is no JSON, or not of this log's codec. */
function unsealed(seals: Sealer, data: Uint8Array): unknown {
  try {
    return seals.unsealInline(data);
  } catch {
    return undefined;
  }
}

// oxlint-disable-next-line max-params -- where, what is asked, and who hears
async function request(
  link: Link,
  seals: Sealer,
  { label, address, work }: AskedWork,
  heard: WorkListener,
): ReturnType<WorkChannel["request"]> {
  assertOpen(link);
  const own = openLine(link, seals, { address, heard });
  try {
    const sealed = seals.sealInline({ address, line: own.id, work }, "work", { stream: address });
    assertFits(link, sealed, "an activity's input");
    await subscribed(link, own.subscription);
    const met = await asked(link, { label, sealed, gone: own.line.gone });
    if (met.data.length === 0 && met.headers?.code === 503) {
      own.line.close();
      return undefined;
    }
    const reply = Reply.safeParse(unsealed(seals, met.data));
    const given = reply.success && !("stopped" in reply.data) ? resultOf(reply.data) : undefined;
    const taken = Taken.safeParse(given);
    if (!taken.success) throw workUnanswered(label, "its answer is not readable");
    own.leadsTo(taken.data.line);
    return own.line;
  } catch (error) {
    own.line.close();
    throw error;
  }
}

async function asked(
  link: Link,
  {
    label,
    sealed,
    gone,
  }: { readonly label: string; readonly sealed: Uint8Array; readonly gone: AbortSignal },
): Promise<Msg> {
  const { promise, resolve, reject } = Promise.withResolvers<Msg>();
  const inbox = link.inbox();
  const subscription = link.nc.subscribe(inbox, {
    max: 1,
    callback: (error, message) => (error === null ? resolve(message) : reject(error)),
  });
  const silent = (): void => reject(workUnanswered(label, "it is silent"));
  gone.addEventListener("abort", silent, { once: true });
  const subject = workSubject(link.name, label);
  try {
    await link.ready().catch((cause: unknown) => {
      throw unreachable(link.url, cause);
    });
    link.nc.publish(subject, sealed, { reply: inbox });
    const met = await link.unlessDropped(promise, subject);
    if (met === undefined) throw workUnanswered(label, "the connection was lost");
    return met;
  } finally {
    gone.removeEventListener("abort", silent);
    if (!link.nc.isClosed()) subscription.unsubscribe();
  }
}

interface OpenLine {
  readonly id: string;
  readonly line: OwnLine;
  readonly subscription: Subscription;
  /** Says where the other side hears; until then nothing is posted. */
  leadsTo(other: string | undefined): void;
}

function openLine(
  link: Link,
  seals: Sealer,
  { address, heard }: { readonly address: string; readonly heard: WorkListener },
): OpenLine {
  const id = randomBytes(16).toString("hex");
  let to: string | undefined;
  const line = createLine({
    heard,
    over() {
      // the last word of this side goes out first
      if (!link.nc.isClosed()) subscription.unsubscribe();
    },
    post(frame) {
      if (to === undefined || link.nc.isClosed()) return; // the line says it again, or breaks
      assertJson(frame, "word");
      const sealed = seals.sealInline(frame, "word", { stream: address });
      assertFits(link, sealed, "what an activity says");
      link.nc.publish(workerSubject(link.name, to), sealed);
    },
  });
  const subscription = link.nc.subscribe(workerSubject(link.name, id), {
    callback(error, { data }) {
      const frame = error === null ? Frame.safeParse(unsealed(seals, data)) : undefined;
      if (frame?.success === true) line.take(frame.data);
    },
  });
  return { id, line, subscription, leadsTo: (other) => void (to = other) };
}

function assertFits(link: Link, sealed: Uint8Array, what: string): void {
  const limit = link.nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
  if (sealed.byteLength > limit) throw tooLarge(what, sealed.byteLength, limit);
}
