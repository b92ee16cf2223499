/** A model of the AI SDK's own provider, in front of a server that answers as a test says. */
import type { ChatModel } from "../../src/agents/model/model.ts";
import { openModel } from "../../src/agents/model/open-model.ts";
import { saying, system, user } from "./chat.ts";
import {
  openAiServer,
  type Answerer,
  type OpenAiServer,
  type Refused,
  type Said,
} from "./openai-server.ts";

export const asking = saying(system("You are the coder."), user("Say hello."));

export interface OpenAiBench extends AsyncDisposable {
  readonly server: OpenAiServer;
  readonly model: ChatModel;
}

export async function openaiBench(answer: Answerer | Said | Refused): Promise<OpenAiBench> {
  const server = await openAiServer(typeof answer === "function" ? answer : () => answer);
  const model = await openModel(`${server.url}#small-1`, {
    env: { MY_API_KEY: "sk-planted-secret-1" },
    apiKeyEnv: "MY_API_KEY",
  });
  return { server, model, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
