/** The `turn` that agents invoke: one answer of whoever does their work. */
import type { PromiseActorLogic } from "xstate";
import { activity, type ActivityContext } from "../../actors/activity.ts";
import type { Summary, TurnInput } from "../../events/agent/work.ts";
import type { ChatAnswer, ChatMessage } from "../../events/chat/message.ts";
import type { AnyAgent } from "../definition/definition.ts";
import { checkedAnswer } from "../model/clean-message.ts";
import { costOf } from "../model/usage.ts";
import { redactedError } from "../redacted-error.ts";
import { withHint } from "../with-hint.ts";
import type { TurnContext } from "../ways/way.ts";
import { asker } from "./ask.ts";
import { specsOf } from "./brief.ts";
import { jsonSchemaOf, wantedOutput } from "./outputs.ts";
import {
  definedHere,
  definitionOf,
  hiddenOf,
  hostOf,
  placeOf,
  toolsOf,
  type AgentOptions,
} from "./registry.ts";

/** @see modelsOf */
export type TurnOptions = AgentOptions & { readonly models: TurnContext["model"] };

export function turnActor(options: TurnOptions): PromiseActorLogic<ChatAnswer, TurnInput> {
  return activity<TurnInput, ChatAnswer>(
    async ({ input, ...context }) =>
      taken(options, await definedHere(options, input.agent, context), input, context),
    {
      timeoutMs: ({ agent }) => definitionOf(options, agent)?.limits.turnMs,
      on: ({ agent }) => hostOf(options, agent),
    },
  );
}

// oxlint-disable-next-line max-params -- whose turn, and its three circumstances
async function taken(
  options: TurnOptions,
  agent: AnyAgent,
  input: TurnInput,
  context: ActivityContext,
): Promise<ChatAnswer> {
  const { work, messages } = input;
  const wanted = wantedOutput(agent, work);
  const turn = {
    agent: agent.name,
    work,
    place: placeOf(input),
    messages,
    tools: specsOf(toolsOf(options, agent), agent),
    output: wanted && { name: wanted.name, schema: jsonSchemaOf(wanted) },
    maxOutputTokens: agent.limits.maxOutputTokens,
  };
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const ask = asker(messages, { ...context, signal }, hiddenOf(options));
  try {
    return await measured(options, (given) => agent.way.turn(turn, { ...given, ask }), context);
  } finally {
    over.abort(); // nobody waits for answers any more
  }
}

const SUMMARIZE = [
  "You shorten the history of somebody's work, so that they can go on with it.",
  "Keep what was asked, decided and found out, names of files, numbers, and what is still to be done.",
  "Leave out pleasantries, repetitions, and what no longer matters. Write plain text.",
].join(" ");

/** The `summary` that agents invoke (T-G1): by their own model, in their own records. */
export function summaryActor(options: TurnOptions): PromiseActorLogic<Summary, TurnInput> {
  return activity<TurnInput, Summary>(
    async ({ input, ...context }) => {
      const { agent: name, work, messages } = input;
      const agent = await definedHere(options, name, context);
      const asked: readonly ChatMessage[] = [
        { role: "system", text: SUMMARIZE },
        { role: "user", text: messages.map(inWords).join("\n\n") },
      ];
      const { maxOutputTokens } = agent.limits;
      const turn = {
        agent: name,
        work,
        place: placeOf(input),
        messages: asked,
        tools: [],
        output: undefined,
        maxOutputTokens,
      };
      const answer = await measured(options, (given) => agent.way.turn(turn, given), context);
      return { text: answer.message.text, usage: answer.usage, durationMs: answer.durationMs };
    },
    {
      timeoutMs: ({ agent }) => definitionOf(options, agent)?.limits.turnMs,
      on: ({ agent }) => hostOf(options, agent),
    },
  );
}

function inWords(message: ChatMessage): string {
  const calls = message.role === "assistant" ? message.calls : [];
  const called = calls.map(({ name, input }) => `(calls ${name} with ${JSON.stringify(input)})`);
  const who = message.role === "tool" ? `${message.role} ${message.name}` : message.role;
  return [`[${who}]`, message.text, ...called].filter((part) => part !== "").join("\n");
}

/** Takes a turn, without secrets, with what it cost and how long it took. */
async function measured(
  options: TurnOptions,
  take: (context: TurnContext) => Promise<Omit<ChatAnswer, "durationMs">>,
  { tell: _tell, ...context }: ActivityContext,
): Promise<ChatAnswer> {
  const { env = process.env, now = () => performance.now(), models } = options;
  const secrets = hiddenOf(options);
  const begun = now();
  try {
    const answer = checkedAnswer(await take({ ...context, model: models, env, secrets }), secrets);
    const durationMs = Math.max(0, Math.round(now() - begun));
    return { ...answer, usage: costOf(answer, options.price), durationMs };
  } catch (error) {
    throw withHint(redactedError(error, secrets));
  }
}
