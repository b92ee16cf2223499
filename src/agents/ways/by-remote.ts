/**
 * An agent elsewhere, over NATS, by the Synadia Agent Protocol: a coding agent on another machine,
 * a colleague's, or one in another language.
 *
 *     byRemote({ agent: "claude-code", owner: "eva" })
 *
 * - Each turn is one prompt: the conversation in words, all of it, since an agent keeps no
 *   conversations apart that different runs have with it, and after a crash is asked again.
 * - What it asks in the middle goes to a human, durably, unless `onQuery` answers it.
 * - At least once: a turn whose answer was not recorded is taken again.
 * - Tools of its definition are not offered to it, and files that it sends are not kept.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import type { ChatMessage } from "../../events/chat/message.ts";
import { enter, serverAt } from "../remote/connection.ts";
import { discoverAgents, type RemoteAgent } from "../remote/discover.ts";
import { remoteFailed, remoteUnavailable } from "../remote/faults.ts";
import { promptAgent, type PromptOptions, type RemoteEvent } from "../remote/prompt.ts";
import { conversationText } from "./conversation-text.ts";
import { teller } from "./teller.ts";
import { NO_TOKENS, type TurnContext, type Way } from "./way.ts";

export interface ByRemoteOptions extends Pick<PromptOptions, "inactivityMs" | "maxBytes"> {
  /** What kind of agent it is, as it calls itself: `claude-code`. */
  readonly agent: string;
  /** Whose. Default: anybody's, where there is one only. */
  readonly owner?: string | undefined;
  /** Which of theirs, as it calls its session. */
  readonly session?: string | undefined;
  /** Which of theirs, by the last part of its subject. */
  readonly name?: string | undefined;
  /** `nats://[USER:PASSWORD@]HOST:PORT`. Default: what the environment variable `NATS_URL` says. */
  readonly servers?: string | undefined;
  /** A connection that is there already; it stays open. */
  readonly connection?: NatsConnection | undefined;
  /** Answers what it asks in the middle. Default: a human does (`troupe questions`). */
  readonly onQuery?: ((question: string) => string | Promise<string>) | undefined;
  /** It remembers what this run has told it: a later turn holds only what is new. Default false. */
  readonly remembers?: boolean | undefined;
  /** How long it is looked for, ms. Default 2000. */
  readonly discoverMs?: number | undefined;
}

const VARIABLE = "NATS_URL";

/** @throws {@link TroupeError} `REMOTE_FAILED` for a URL that cannot be used. */
export function byRemote(options: ByRemoteOptions): Way {
  const { agent, owner, session, name, servers, remembers = false } = options;
  const server = servers === undefined ? null : serverAt(servers).base;
  return {
    type: "remote",
    about: {
      agent,
      owner: owner ?? null,
      session: session ?? null,
      name: name ?? null,
      server,
      remembers,
    },
    async turn({ messages }, context) {
      await using entered = await enter(placeOf(options, context));
      const found = await chosen(options, entered.nc, entered.url);
      const said = conversationText(remembers ? news(messages) : messages);
      const text = await answerOf(options, entered.nc, found, said, context);
      return {
        message: { role: "assistant", text, calls: [] },
        finish: "stop",
        usage: NO_TOKENS,
        model: [found.agent, found.owner, found.name].join("/"),
      };
    },
  };
}

function placeOf(
  { connection, servers, agent }: ByRemoteOptions,
  { env }: TurnContext,
): NatsConnection | string {
  const place = connection ?? servers ?? env[VARIABLE];
  if (place !== undefined && place !== "") return place;
  const hint = `Name one in \`servers\`, or in the environment variable ${VARIABLE}.`;
  throw remoteFailed(agent, "is on no server that is known", hint);
}

/** What was said since it last answered. */
function news(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return messages.slice(last + 1);
}

/** The one agent that is meant. */
async function chosen(
  { agent, owner, session, name, discoverMs }: ByRemoteOptions,
  nc: NatsConnection,
  url: string,
): Promise<RemoteAgent> {
  const { agents, unusable } = await discoverAgents(nc, { agent, owner, timeoutMs: discoverMs });
  const fits = agents.filter(
    (one) =>
      (session === undefined || one.session === session) && (name === undefined || one.name === name),
  );
  const who = [agent, owner, session, name].filter((part) => part !== undefined).join("/");
  const [found] = fits;
  if (found !== undefined && fits.length === 1) return found;
  if (found !== undefined) {
    const subjects = fits.map(({ subject }) => subject);
    const hint = "Say which by its owner, session or name.";
    const why = `is not one but ${fits.length}: ${subjects.join(", ")}`;
    throw remoteFailed(who, why, hint, { subjects });
  }
  const [strange] = unusable;
  if (strange === undefined) throw remoteUnavailable(who, `is not to be found on ${url}`);
  throw remoteFailed(
    who,
    `cannot be asked: ${strange.why}`,
    "Bring it to version 0.3 of the protocol.",
  );
}

// oxlint-disable-next-line max-params -- who is asked, what, and in which circumstances
async function answerOf(
  options: ByRemoteOptions,
  nc: NatsConnection,
  agent: RemoteAgent,
  prompt: string,
  context: TurnContext,
): Promise<string> {
  const { inactivityMs, maxBytes } = options;
  const { progress, heartbeat, log } = context;
  const failing = new AbortController();
  const signal = AbortSignal.any([context.signal, failing.signal]);
  const tell = teller(progress, heartbeat);
  let text = "";
  for await (const event of promptAgent(nc, agent, prompt, { inactivityMs, maxBytes, signal })) {
    heartbeat();
    if (event.type === "response") {
      text += event.text;
      tell(event.text);
      for (const { filename } of event.attachments)
        log(`"${filename}" of ${agent.subject} is not kept`);
    } else if (event.type === "query") {
      // the answer goes on meanwhile: it may ask more, or do without
      answered(options, event, agent, context).catch((error: unknown) => failing.abort(error));
    } else if (event.type === "end" && event.unknown > 0)
      log(`${agent.subject} said ${event.unknown} things of kinds that are not known`);
  }
  return text;
}

// oxlint-disable-next-line max-params -- who asks what, and who may answer
async function answered(
  { onQuery }: ByRemoteOptions,
  { question, answer }: Extract<RemoteEvent, { readonly type: "query" }>,
  { subject }: RemoteAgent,
  { ask }: TurnContext,
): Promise<void> {
  const asked = onQuery ?? ask;
  if (asked === undefined)
    throw remoteFailed(subject, "asks something, and nobody can be asked", "Give it an onQuery.");
  answer(await asked(question));
}
