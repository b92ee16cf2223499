/**
 * A small server that speaks chat completions as OpenAI does, streamed or whole, and behaves as
 * badly as a test wants. It takes any function from a request to an answer; `openai-model.ts`
 * makes one of a model, so that a script can stand behind it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const WireCall = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

/** What of a request's body tests look at. */
export const WireRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(
    z.looseObject({
      role: z.enum(["system", "user", "assistant", "tool"]),
      content: z.string().nullish(),
      tool_calls: z.array(WireCall).optional(),
      tool_call_id: z.string().optional(),
    }),
  ),
  tools: z
    .array(
      z.looseObject({
        function: z.looseObject({
          name: z.string(),
          description: z.string().default(""),
          parameters: z.record(z.string(), z.json()),
        }),
      }),
    )
    .default([]),
  max_tokens: z.int().optional(),
  temperature: z.number().optional(),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z
        .looseObject({ name: z.string(), schema: z.record(z.string(), z.json()) })
        .optional(),
    })
    .optional(),
});
export type WireRequest = z.infer<typeof WireRequest>;

/** An answer of the model. */
export interface Said {
  /** In the pieces that it is streamed in. */
  readonly chunks?: readonly string[];
  readonly reasoning?: string;
  readonly refusal?: string;
  /** Arguments as the model writes them: they may be broken JSON. */
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  /** Default `stop`, or `tool_calls` where there are some; null: the stream ends without one. */
  readonly finish?: string | null;
  /** Null: none is told. */
  readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number } | null;
  /** Before each chunk, in milliseconds. */
  readonly pauseMs?: number;
  /** What goes wrong behind the chunks, before the finish. */
  readonly ends?: "hang" | "cut" | "garbage" | { readonly error: Readonly<Record<string, unknown>> };
}

/** An answer in place of the model's. */
export interface Refused {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Answerer = (
  request: WireRequest,
  message: IncomingMessage,
) => Said | Refused | "hang" | Promise<Said | Refused | "hang">;

export interface OpenAiServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** What was asked so far. */
  readonly requests: readonly WireRequest[];
  /** The headers of the last request. */
  readonly headers: () => IncomingMessage["headers"];
  /** Waits until a client has closed a connection before its answer was whole. */
  readonly hungUp: () => Promise<void>;
}

/** Starts a server on a free port. */
export async function openAiServer(answer: Answerer): Promise<OpenAiServer> {
  const requests: WireRequest[] = [];
  let headers: IncomingMessage["headers"] = {};
  const gone = Promise.withResolvers<void>();
  const server = createServer((message, response) => {
    headers = message.headers;
    response.on("close", () => {
      if (!response.writableFinished) gone.resolve();
    });
    serve({ message, response }, answer, requests).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    headers: () => headers,
    hungUp: () => gone.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(
  { message, response }: Exchange,
  answer: Answerer,
  requests: WireRequest[],
): Promise<void> {
  if (message.method !== "POST" || message.url !== "/v1/chat/completions")
    return json(response, { status: 404, body: failed("no such path") });
  const request = WireRequest.parse(JSON.parse(await text(message)));
  requests.push(request);
  const said = await answer(request, message);
  if (said === "hang") return;
  if ("status" in said) return json(response, said);
  if (request.stream) return stream(response, request, said);
  json(response, { status: 200, body: whole(request, said) });
}

/** An error as OpenAI words it. */
export function failed(message: string, code?: string): unknown {
  return { error: { message, type: "invalid_request_error", param: null, code: code ?? null } };
}

function json(response: ServerResponse, { status, headers = {}, body }: Refused): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body ?? failed("refused")));
}

async function stream(response: ServerResponse, { model }: WireRequest, said: Said): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  const send = (fields: Readonly<Record<string, unknown>>): void => {
    const chunk = { id: "c1", created: 1, model, object: "chat.completion.chunk", ...fields };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const delta = (part: unknown, finish: string | null = null): void =>
    send({ choices: [{ index: 0, delta: part, finish_reason: finish }] });
  for (const part of partsOf(said)) {
    if (said.pauseMs !== undefined) await sleep(said.pauseMs);
    delta(part);
  }
  if (goesWrong(response, said, send)) return;
  if (said.finish !== null) delta({}, finishOf(said));
  if (said.usage !== null) send({ choices: [], usage: usageOf(said) });
  response.end("data: [DONE]\n\n");
}

function goesWrong(
  response: ServerResponse,
  { ends }: Said,
  send: (fields: Readonly<Record<string, unknown>>) => void,
): boolean {
  if (ends === undefined) return false;
  if (ends === "cut") response.destroy();
  else if (ends === "garbage") response.end("data: {not json\n\n");
  else if (ends !== "hang") {
    send(ends);
    response.end();
  }
  return true;
}

function partsOf({ chunks = [], reasoning, refusal, calls = [] }: Said): readonly unknown[] {
  return [
    ...(reasoning === undefined ? [] : [{ reasoning_content: reasoning }]),
    ...chunks.map((content) => ({ role: "assistant", content })),
    ...(refusal === undefined ? [] : [{ refusal }]),
    ...calls.flatMap(({ id, name, args }, index) => [
      { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
      { tool_calls: [{ index, function: { arguments: args } }] },
    ]),
  ];
}

function whole({ model }: WireRequest, said: Said): unknown {
  const { chunks = [], reasoning, refusal, calls = [] } = said;
  const message = {
    role: "assistant",
    content: chunks.join(""),
    reasoning_content: reasoning,
    refusal,
    tool_calls: calls.map(({ id, name, args }) => ({ id, function: { name, arguments: args } })),
  };
  const choices = [{ index: 0, message, finish_reason: finishOf(said) }];
  return { id: "c1", created: 1, model, object: "chat.completion", choices, usage: usageOf(said) };
}

function finishOf({ finish, calls = [] }: Said): string | null {
  return finish === undefined ? (calls.length > 0 ? "tool_calls" : "stop") : finish;
}

function usageOf({ usage }: Said): unknown {
  if (usage === null) return undefined;
  const { input, output, cached = 0 } = usage ?? { input: 10, output: 5 };
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
  };
}
