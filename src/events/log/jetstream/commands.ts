/**
 * Commands: core request and reply on the command subject of the actor; nothing is stored.
 *
 * - 1. Data and answers pass the codec like bodies do.
 * - 2. Where nobody listens, the lease says whether an owner lives: then it does not serve
 *      yet and the same command is offered again, else it is refused as `LOG_UNOWNED`.
 * - 3. Once somebody listened, the command may have acted: whatever ends the wait for its
 *      answer is `LOG_OUTCOME_UNKNOWN`. An owner that goes says so; one that died is missed
 *      by its lease.
 * - 4. While hosts are known, one of them will own the partition: then 2 and 3 offer the same
 *      command again instead, until its time is over. It acts once, by its id.
 */
import type { Msg, Subscription } from "@nats-io/transport-node";
import { assertJson, type Json } from "../../json.ts";
import { commandFilter, type CommandSpace } from "../../subjects.ts";
import { answerOf } from "../answer.ts";
import { unowned } from "../faults.ts";
import type { Command, CommandChannel } from "../log.ts";
import type { Sealer } from "../payload.ts";
import { commandIn, isAnswerable, refuse, type Reply } from "./command-message.ts";
import { assertOpen, subscribed, type Link } from "./link.ts";
import { requester, spaceOf } from "./requests.ts";

const TOO_LARGE: Reply = {
  error: {
    code: "HOST_FAILED",
    message: "the command was done, but its answer is over the server's max_payload",
    data: {},
  },
};

/** What the channel must know of who runs the actors. */
export interface Ownerships {
  /** Aborts when this handle no longer owns; undefined while it does not. */
  readonly owning: (partition?: number) => AbortSignal | undefined;
  /** Whether hosts are known that share the partitions. */
  readonly anyHost: () => Promise<boolean>;
}

export function commands(link: Link, seals: Sealer, { owning, anyHost }: Ownerships): CommandChannel {
  return {
    async serve(handle, { partition } = {}) {
      assertOpen(link);
      const signal = owning(partition);
      if (signal === undefined || signal.aborted) throw unowned(link.url, "this handle does not own");
      await using both = new AsyncDisposableStack();
      for (const space of ["cmd", "msg"] as const) {
        const filter = commandFilter(link.name, space, partition);
        both.use(await serving(link, seals, { handle: only(space, handle), signal, filter }));
      }
      return both.move();
    },
    request: requester(link, seals, anyHost),
  };
}

function only(space: CommandSpace, handle: Served["handle"]): Served["handle"] {
  return async (command) =>
    spaceOf(command.op) === space ? handle(command) : refuse(`"${command.op}" is asked elsewhere`);
}

interface Served {
  readonly handle: (command: Command) => Promise<Json>;
  readonly signal: AbortSignal;
  readonly filter: string;
}

async function serving(
  link: Link,
  seals: Sealer,
  { handle, signal, filter }: Served,
): Promise<AsyncDisposable> {
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
    if (!isAnswerable(message)) return;
    open.add(message);
    respond(message, await answerOf(async () => handle(commandIn(link, seals, message))));
  };
  const subscription: Subscription = link.nc.subscribe(filter, {
    callback: (error, message) => {
      if (error === null) void work(message).catch(() => {});
    },
  });
  await subscribed(link, subscription);
  const end = (): void => {
    if (!subscription.isClosed()) subscription.unsubscribe();
    for (const message of open) respond(message, { stopped: true });
  };
  signal.addEventListener("abort", end, { once: true });
  return {
    async [Symbol.asyncDispose]() {
      // what is on its way here is still taken, and nothing comes in once this resolves
      if (!subscription.isClosed() && !link.nc.isClosed()) await subscription.drain().catch(() => {});
    },
  };
}

function jsonOf(reply: Reply): Json {
  assertJson(reply, "answer");
  return reply;
}
