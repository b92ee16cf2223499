/** The `brief` that agents invoke: what their conversation begins with. */
import type { PromiseActorLogic } from "xstate";
import { activity } from "../../actors/activity.ts";
import { ASK_HUMAN, Question, type AgentInput, type Brief } from "../../events/agent/work.ts";
import type { ChatMessage, ToolSpec } from "../../events/chat/message.ts";
import { defineTool, type Tools } from "../definition/tool.ts";
import type { AnyAgent } from "../definition/definition.ts";
import { moneyOf } from "../model/usage.ts";
import { redact } from "../redact.ts";
import { redactedError } from "../redacted-error.ts";
import { jsonSchemaOf, wantedOutput } from "./outputs.ts";
import { promptOf } from "./prompt.ts";
import { definedHere, hiddenOf, hostOf, placeOf, toolsOf, type AgentOptions } from "./registry.ts";

/** Bytes in a token, as the machine guesses, too. */
const BYTES = 4;

export function briefActor(options: AgentOptions): PromiseActorLogic<Brief, AgentInput> {
  return activity<AgentInput, Brief>(
    async ({ input, ...context }) => {
      const agent = await definedHere(options, input.agent, context);
      try {
        return await briefOf(options, agent, input);
      } catch (error) {
        throw redactedError(error, hiddenOf(options));
      }
    },
    { on: ({ agent }) => hostOf(options, agent) },
  );
}

async function briefOf(options: AgentOptions, agent: AnyAgent, input: AgentInput): Promise<Brief> {
  const { work } = input;
  const secrets = hiddenOf(options);
  const specs = specsOf(toolsOf(options, agent), agent);
  const output = wantedOutput(agent, work);
  const schema = output === undefined ? undefined : jsonSchemaOf(output);
  const place = placeOf(input);
  // a command may go to the files itself
  const shown = { secrets, ...(agent.way.type !== "command" && { place }) };
  const text = (await agent.prompt?.(work, { place, secrets })) ?? (await promptOf(work, shown));
  const user = schema === undefined ? text : `${text}\n\n${answerIn(JSON.stringify(schema))}`;
  const messages: ChatMessage[] = [{ role: "user", text: redact(user, secrets) }];
  if (agent.instructions !== "")
    messages.unshift({ role: "system", text: redact(agent.instructions, secrets) });
  const { way, version, limits } = agent;
  return {
    way: way.type,
    version,
    ...(way.model !== undefined && { model: way.model }),
    messages,
    tools: specs.map((spec) => spec.name),
    overheadTokens: Math.ceil(Buffer.byteLength(JSON.stringify([specs, schema ?? null])) / BYTES),
    limits,
    ...maxMoney(options, agent),
  };
}

function answerIn(schema: string): string {
  return `Answer with JSON alone, by this JSON Schema:\n\n${schema}`;
}

/** What the most expensive turn costs: a whole context, and the longest answer. */
function maxMoney({ price }: AgentOptions, { way, limits }: AnyAgent): { readonly maxMoney?: number } {
  if (price === undefined || way.type !== "model") return {};
  const { contextTokens, maxOutputTokens } = limits;
  const usage = { inputTokens: contextTokens, outputTokens: maxOutputTokens };
  return { maxMoney: moneyOf({ usage, model: way.model ?? "" }, price) };
}

const ASK = defineTool({
  description:
    "Asks a human, and waits for the answer, which may take long. Ask only what you cannot find out.",
  input: Question,
  run: () => {
    throw new Error("a human is asked by the machine"); // it never gets here
  },
});

/** Tools as models see them. A human is asked by the machine itself. */
export function specsOf(tools: Tools, agent: AnyAgent): readonly ToolSpec[] {
  const all: Tools = agent.mayAsk ? { ...tools, [ASK_HUMAN]: ASK } : tools;
  return Object.entries(all).map(([name, { description, input }]) => ({
    name,
    description,
    input: { ...input } as ToolSpec["input"], // zod's own JSON type is mutable
  }));
}
