/**
 * The agents of a run, and what they say to each other: on a host, or on a client in another process.
 *
 *     const team = await openTeam(host, "r1");
 *     const [ada, bob] = [await team.join("ada"), await team.join("bob")];
 *     await using _ = bob.handle({ request: ({ payload }) => `${payload}, too` });
 *     await ada.request("bob", "hello"); // "hello, too"
 */
import { systemClock, type Clock } from "../../actors/clock.ts";
import type { Actors } from "../../actors/face.ts";
import type { MessagesFact } from "../../events/messages/exchange.ts";
import { exchangeOf, inboxOf, type MessageType } from "../../events/messages/message.ts";
import type { Exchange } from "../../machines/messages/exchange.ts";
import { entries } from "../../machines/sorted.ts";
import { together } from "../together.ts";
import { unanswered } from "../unanswered.ts";
import type { ContextKind } from "./context-kind.ts";
import { messageHistory, type MessageFilter, type PastMessage } from "./history.ts";
import { Mail } from "./mail.ts";
import { startedOnce } from "./started-once.ts";
import type { InboxKind, MessagesKind } from "./messages-kinds.ts";
import {
  idsIn,
  teammate,
  type Given,
  type Letter,
  type Teammate,
  type TeammateParts,
} from "./teammate.ts";

/** A host or client with `messagesKinds()` and `contextKind`, where handed-off results are kept. */
export type TeamActors = Actors<readonly [MessagesKind, InboxKind, ContextKind]>;

export interface TeamOptions {
  /** Whether to start the messages where they are not there. Default true. */
  readonly start?: boolean;
  /** How much a payload may have, in bytes of JSON. Counts for who opens it first. Default 262,144. */
  readonly maxBytes?: number;
  /** What is waited with before something is tried again. Default: the machine's time. */
  readonly clock?: Clock;
}

export interface Team {
  /** The run's id. */
  readonly run: string;
  /**
   * Lets an agent join, and reads for it; one that has joined goes on where it was.
   *
   * @param name 1 to 64 letters, digits, `_` and `-`, the first no `-`; not `context`.
   */
  join(name: string): Promise<Teammate>;
  /** Who has joined, and what each subscribed to, by name. */
  members(): Promise<readonly { readonly name: string; readonly types: readonly MessageType[] }[]>;
  /** What was said, the newest first. */
  history(filter?: MessageFilter): Promise<readonly PastMessage[]>;
}

/** The messages of a run. */
export async function openTeam(
  actors: TeamActors,
  run: string,
  { start = true, clock = systemClock, maxBytes }: TeamOptions = {},
): Promise<Team> {
  const input = { run, ...(maxBytes !== undefined && { maxBytes }) };
  if (start) await startedOnce(actors.start(exchangeOf(run), { input }));
  const exchange = actors.actor(exchangeOf(run));
  const send = async (command: Given, id?: string): Promise<readonly MessagesFact[]> => {
    const { facts } = await exchange.send(command, id === undefined ? {} : { id });
    return facts as readonly unknown[] as readonly MessagesFact[]; // the exchange emits no other
  };
  const posting = together(async (letters: readonly Letter[]) => {
    const [letter] = letters;
    const alone = letters.length === 1 && letter !== undefined;
    const ids = idsIn(
      await send(alone ? { type: "SEND", ...letter } : { type: "SEND_ALL", letters: [...letters] }),
    );
    if (ids.length !== letters.length) throw unanswered(exchange.address);
    return ids;
  });
  const tell: TeammateParts["tell"] = (command, id) => {
    posting.flush(); // it comes behind what was sent before
    return send(command, id);
  };
  const parts = {
    tell,
    post: posting.ask,
    clock,
    shareContext: () => startedOnce(actors.start(`context/${run}`, { input: { run } })),
  };
  return {
    run,
    async join(name) {
      await opened(actors, { run, name }, () => tell({ type: "JOIN", agent: name }));
      return teammate({ name, mail: new Mail(actors.actor(inboxOf(run, name)), clock), ...parts });
    },
    async members() {
      const { context } = await exchange.snapshot();
      const { members } = context as unknown as Exchange; // as its machine has it
      return Array.from(entries(members), ([name, { types }]) => ({ name, types }));
    },
    history: (filter) => messageHistory(actors, run, filter),
  };
}

/** Lets an agent join; resolves once its inbox is on disk. */
async function opened(
  actors: TeamActors,
  { run, name }: { readonly run: string; readonly name: string },
  join: () => Promise<unknown>,
): Promise<void> {
  const inbox = inboxOf(run, name);
  const there = Promise.withResolvers<void>();
  there.promise.catch(() => {}); // it may be there already, and nobody waits
  const filter = { kind: "inbox", root: run, type: "inbox.opened" };
  const heard = (address: string): void => void (address === inbox && there.resolve());
  const end = await actors.facts(filter, (_, address) => heard(address), there.reject);
  try {
    await join();
    if ((await actors.record(inbox, 1)) === undefined) await there.promise;
  } finally {
    end();
  }
}
