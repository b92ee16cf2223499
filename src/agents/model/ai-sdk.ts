/**
 * Any model of the Vercel AI SDK 7 behind the port.
 *
 * - The package `ai` is an optional peer: it is imported at the first call, never before.
 * - One call is one request: no retries, no steps, and no tool is run here. Who calls does that.
 * - A signal that aborts closes the connection; so does whoever hears the text, by throwing.
 */
import type * as Sdk from "ai";
import type { FinishReason, LanguageModel, ToolSet } from "ai";
import type { Finish, Usage } from "../../events/chat/message.ts";
import type { JsonObject } from "../../events/json.ts";
import { secretsOf } from "../../events/secrets.ts";
import { cutOff, modelError, type About } from "./ai-sdk-errors.ts";
import { messageOf, promptOf } from "./ai-sdk-messages.ts";
import type { ChatContext, ChatModel, ChatRequest } from "./model.ts";
import { optional } from "./package.ts";
import { estimatedUsage, priced, type Price } from "./usage.ts";

export interface AiSdkOptions {
  /** As users name it. Default `PROVIDER:MODEL`, as the SDK calls both. */
  readonly name?: string | undefined;
  /** What a call costs; without it, usage says nothing of money. */
  readonly price?: Price | undefined;
  /** For the provider alone, by its name: `{ openai: { reasoningEffort: "low" } }`. */
  readonly providerOptions?: Readonly<Record<string, JsonObject>> | undefined;
  /** Never told in an error. Default: the secrets among the environment variables. */
  readonly secrets?: Iterable<string> | undefined;
  /** Epoch milliseconds. Default the system's clock. */
  readonly now?: (() => number) | undefined;
}

/** A model of any provider of the AI SDK. */
export function aiSdkModel(languageModel: LanguageModel, options: AiSdkOptions = {}): ChatModel {
  const provider = providerOf(languageModel);
  const { name = nameOf(languageModel), price, now = Date.now } = options;
  const call: Call = { languageModel, provider, options: options.providerOptions ?? {}, name };
  return priced(
    {
      name,
      chat: async (request, context) => {
        context.signal.throwIfAborted();
        const ended = new AbortController();
        const signal = AbortSignal.any([context.signal, ended.signal]);
        try {
          return await asked(call, request, { ...context, signal });
        } catch (error) {
          context.signal.throwIfAborted();
          if (error instanceof Heard) throw error.cause;
          const secrets = options.secrets ?? secretsOf(process.env);
          throw modelError(error, { model: name, secrets, now } satisfies About);
        } finally {
          ended.abort();
        }
      },
    },
    price,
  );
}

interface Call {
  readonly languageModel: LanguageModel;
  readonly provider: string;
  readonly options: Readonly<Record<string, JsonObject>>;
  readonly name: string;
}

/** What the listener of the text threw: no fault of the model. */
class Heard extends Error {}

async function asked(
  { languageModel, provider, options, name }: Call,
  request: ChatRequest,
  context: ChatContext,
): ReturnType<ChatModel["chat"]> {
  const ai = await optional("ai", "models of the AI SDK", () => import("ai"));
  let whole = false;
  const result = ai.streamText({
    model: languageModel,
    messages: promptOf(request.messages, provider),
    allowSystemInMessages: true,
    ...settingsOf(request, ai),
    providerOptions: providerOptionsOf(options),
    headers: headersOf(context),
    maxRetries: 0,
    abortSignal: context.signal,
    // by default it prints them
    onError: () => undefined,
    onLanguageModelCallEnd: () => void (whole = true),
  });
  for await (const part of result.stream) {
    if (part.type === "error") throw part.error;
    if (part.type === "abort") throw new DOMException("aborted", "AbortError");
    if (part.type === "text-delta" && part.text !== "") tell(context, part.text);
  }
  if (!whole) throw cutOff(name, "it ended without saying why");
  const [content, reason, { modelId }] = await Promise.all([
    result.content,
    result.finishReason,
    result.response,
  ]);
  const message = messageOf(content, provider);
  const usage = usageOf(await result.usage) ?? estimatedUsage(request, message);
  return { message, finish: finishOf(reason, name), usage, model: modelId };
}

function tell({ onText }: ChatContext, piece: string): void {
  try {
    onText?.(piece);
  } catch (cause) {
    throw new Heard("the text's listener threw", { cause });
  }
}

function settingsOf(request: ChatRequest, ai: typeof Sdk) {
  const { maxOutputTokens, temperature, tools, output } = request;
  return {
    maxOutputTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(tools.length === 0 ? {} : { tools: toolsOf(request, ai) }),
    ...(output === undefined
      ? {}
      : { output: ai.Output.object({ name: output.name, schema: ai.jsonSchema(output.schema) }) }),
  };
}

/** Without anything to execute: the SDK hands the calls over. */
function toolsOf({ tools }: ChatRequest, { jsonSchema }: typeof Sdk): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, input }) => [
      name,
      { description, inputSchema: jsonSchema(input) },
    ]),
  );
}

/** Schemas with optional fields are not refused; what comes is checked by whoever asked. */
function providerOptionsOf(options: Call["options"]): Record<string, Record<string, never>> {
  const own = { openai: { strictJsonSchema: false }, openaiCompatible: { strictJsonSchema: false } };
  const all: Record<string, JsonObject> = { ...own };
  for (const [name, given] of Object.entries(options)) all[name] = { ...all[name], ...given };
  // the SDK's own name of mutable JSON; it only reads it
  return all as Record<string, Record<string, never>>;
}

/** Providers that know such keys answer a second request with the first one's answer. */
function headersOf({ idempotencyKey }: ChatContext): Record<string, string> {
  return /^[\x21-\x7e]{1,255}$/.test(idempotencyKey) ? { "idempotency-key": idempotencyKey } : {};
}

interface SdkUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly inputTokenDetails: { readonly cacheReadTokens: number | undefined };
}

/** Undefined where the provider did not count. */
function usageOf({ inputTokens, outputTokens, inputTokenDetails }: SdkUsage): Usage | undefined {
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const { cacheReadTokens } = inputTokenDetails;
  return {
    inputTokens,
    outputTokens,
    ...(cacheReadTokens === undefined || cacheReadTokens === 0
      ? {}
      : { cachedTokens: cacheReadTokens }),
  };
}

function finishOf(reason: FinishReason, model: string): Finish {
  switch (reason) {
    case "stop":
    case "length":
    case "other":
      return reason;
    case "tool-calls":
      return "tools";
    case "content-filter":
      return "refused";
    case "error":
    case "interrupted":
      throw cutOff(model, `it ended with "${reason}"`);
  }
}

function nameOf(model: LanguageModel): string {
  return typeof model === "string" ? model : `${providerOf(model)}:${model.modelId}`;
}

/** `openai` of `openai.responses`: how providers call what they add to messages. */
function providerOf(model: LanguageModel): string {
  return typeof model === "string" ? "gateway" : (model.provider.split(".")[0] ?? model.provider);
}
