/**
 * Commands: core request and reply on the command subject of the actor; nothing is stored.
 *
 * - 1. Data and answers pass the codec like bodies do.
 * - 2. Where nobody listens, the lease says whether an owner lives: then it does not serve
 *      yet and the same command is offered again, else it is refused as `LOG_UNOWNED`.
 * - 3. Once somebody listened, the command may have acted: whatever ends the wait for its
 *      answer is `LOG_OUTCOME_UNKNOWN`. An owner that goes says so; one that died is missed
 *      by its lease.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createInbox, type Msg, type Subscription } from "@nats-io/transport-node";
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { assertJson, type Json } from "../../json.ts";
import { commandFilter, commandSubject } from "../../subjects.ts";
import { answerOf, resultOf, type Answer } from "../answer.ts";
import { unanswered, unowned } from "../faults.ts";
import type { Command, CommandChannel } from "../log.ts";
import type { Sealer } from "../payload.ts";
import { ownerOf, type Lease } from "./lease.ts";
import { assertOpen, type Link } from "./link.ts";

/** How often one that does not serve yet is asked again, and how often an owner is missed. */
const AGAIN_MS = 20;
const MISSED_MS = 1_000;

/** What was JSON on the wire is JSON. */
const AnyJson = z.custom<Json>((value) => value !== undefined);

const CommandMessage = z.object({
  id: z.string(),
  address: z.string(),
  op: z.string(),
  data: AnyJson,
});

/** What the owner sends back: an answer, or that it stopped before there was one. */
const Reply = z.union([
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
type Reply = Answer | { readonly stopped: true };

const TOO_LARGE: Reply = {
  error: {
    code: "HOST_FAILED",
    message: "the command was done, but its answer is over the server's max_payload",
    data: {},
  },
};

/** Ownership as the channel must know it: aborts when this handle no longer owns. */
export type OwnerSignal = () => AbortSignal | undefined;

export function commands(
  link: Link,
  seals: Sealer,
  { owning, scope }: { owning: OwnerSignal; scope: string },
): CommandChannel {
  return {
    async serve(handle) {
      assertOpen(link);
      const signal = owning();
      if (signal === undefined || signal.aborted) throw unowned(link.url, "this handle does not own");
      return serving(link, seals, { handle, signal });
    },
    async request(command, { timeoutMs = 30_000 } = {}) {
      assertOpen(link);
      assertJson(command.data, "data");
      const subject = commandSubject(link, command.address);
      const { id, address, op, data } = command;
      const sealed = seals.sealInline({ id, address, op, data });
      const limit = link.nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
      if (sealed.byteLength > limit) throw tooLarge(sealed.byteLength, limit);
      const late = AbortSignal.timeout(timeoutMs);
      const stop = AbortSignal.any([late, link.closing]);
      const why = () => (late.aborted ? `none came within ${timeoutMs} ms` : "the log was closed");
      for (;;) {
        const message = await ask(link, { subject, sealed, scope, stop }).catch((cause: unknown) => {
          throw unanswered(id, stop.aborted ? why() : String(cause));
        });
        if (message !== undefined) return answerIn(seals, message, id);
        if ((await ownerOf(link, scope)) === undefined) throw unowned(link.url);
        await sleep(AGAIN_MS, undefined, { signal: stop }).catch(() => {});
        if (stop.aborted) throw unanswered(id, why());
      }
    },
  };
}

/** Nothing was sent. */
function tooLarge(bytes: number, limit: number): TroupeError {
  const message = `a command of ${bytes} bytes is over the server's max_payload of ${limit}`;
  return new TroupeError("PAYLOAD_TOO_LARGE", message, {
    hint: "Send less at once, put what is large into a file, or raise max_payload.",
    data: { bytes, limit },
  });
}

interface Question {
  readonly subject: string;
  readonly sealed: Uint8Array;
  readonly scope: string;
  readonly stop: AbortSignal;
}

/** The reply, `undefined` where nobody listens. Rejects when the wait ended without one. */
async function ask(link: Link, { subject, sealed, scope, stop }: Question): Promise<Msg | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Msg>();
  const inbox = createInbox();
  const callback = (error: Error | null, message: Msg) =>
    error === null ? resolve(message) : reject(error);
  const subscription = link.nc.subscribe(inbox, { max: 1, callback });
  const done = new AbortController();
  const ended = missing(link, scope, AbortSignal.any([stop, done.signal]));
  ended.catch(() => {}); // it may come second
  try {
    await link.ready();
    link.nc.publish(subject, sealed, { reply: inbox });
    const message = await link.unlessDropped(Promise.race([promise, ended]));
    if (message === undefined) throw new Error("the connection was lost");
    return message.data.length === 0 && message.headers?.code === 503 ? undefined : message;
  } finally {
    done.abort();
    if (!link.nc.isClosed()) subscription.unsubscribe();
  }
}

/** Rejects when the wait is over, or when the owner that worked on it is another or none. */
async function missing(link: Link, scope: string, over: AbortSignal): Promise<never> {
  let first: Lease | undefined;
  for (;;) {
    await sleep(MISSED_MS, undefined, { signal: over, ref: false });
    const lease = await ownerOf(link, scope).catch(() => first);
    first ??= lease;
    if (lease?.token !== first?.token || lease === undefined)
      throw new Error("its owner stopped while working on it");
  }
}

function serving(
  link: Link,
  seals: Sealer,
  {
    handle,
    signal,
  }: { readonly handle: (command: Command) => Promise<Json>; readonly signal: AbortSignal },
): AsyncDisposable {
  const open = new Set<Msg>();
  const respond = (message: Msg, reply: Reply): void => {
    if (!open.delete(message) || link.nc.isClosed()) return;
    try {
      message.respond(seals.sealInline(jsonOf(reply)));
    } catch {
      message.respond(seals.sealInline(jsonOf(TOO_LARGE)));
    }
  };
  const work = async (message: Msg): Promise<void> => {
    open.add(message);
    const command = CommandMessage.safeParse(unsealed(seals, message));
    respond(message, await answerOf(async () => handle(command.success ? command.data : refuse())));
  };
  const subscription: Subscription = link.nc.subscribe(commandFilter(link.name), {
    callback: (error, message) => {
      if (error === null) void work(message).catch(() => {});
    },
  });
  const end = (): void => {
    if (!subscription.isClosed()) subscription.unsubscribe();
    for (const message of open) respond(message, { stopped: true });
  };
  signal.addEventListener("abort", end, { once: true });
  return {
    async [Symbol.asyncDispose]() {
      if (!subscription.isClosed()) subscription.unsubscribe();
      // so that nothing comes in once this resolves; without a connection nothing can
      if (!link.nc.isClosed()) await link.nc.flush().catch(() => {});
    },
  };
}

function answerIn(seals: Sealer, message: Msg, id: string): Json {
  const reply = Reply.parse(seals.unsealInline(message.data));
  if ("stopped" in reply) throw unanswered(id, "its owner stopped while working on it");
  return resultOf(reply);
}

function unsealed(seals: Sealer, message: Msg): unknown {
  try {
    return seals.unsealInline(message.data);
  } catch {
    return undefined;
  }
}

function refuse(): never {
  throw new TroupeError("INPUT_INVALID", "the message on a command subject is no command", {
    hint: "Send commands through `log.commands`, with the log's codec.",
  });
}

function jsonOf(reply: Reply): Json {
  assertJson(reply, "answer");
  return reply;
}
