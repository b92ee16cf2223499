/**
 * The port to whoever does an agent's work: a model, a command, a function, a human, an agent
 * elsewhere. A way takes one turn: it is given the conversation, and adds one answer to it. All
 * else is the agent's: retries, tools, questions, budgets, what becomes of an answer.
 */
import type { ActivityContext } from "../../actors/activity.ts";
import type { Place, WayType } from "../../events/agent/work.ts";
import type { AssistantMessage, ChatAnswer, ChatMessage, ToolSpec } from "../../events/chat/message.ts";
import type { Json, JsonObject } from "../../events/json.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { AgentAnswer } from "../agent.ts";
import type { Environment } from "../environment.ts";
import type { ChatModel } from "../model/model.ts";

/** What a way is given. */
export interface Turn {
  readonly agent: string;
  readonly work: WorkPackage;
  readonly place: Place;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  /** The answer has to be JSON by this schema. */
  readonly output: { readonly name: string; readonly schema: JsonObject } | undefined;
  readonly maxOutputTokens: number;
}

export type TurnContext = Pick<
  ActivityContext,
  "signal" | "idempotencyKey" | "fence" | "deadline" | "heartbeat" | "progress" | "log" | "records"
> & {
  /**
   * Asks a human in the middle of the turn, and waits for the answer, as long as the turn may take.
   * The same question of the same turn is answered once, also when the turn is taken again. Absent
   * where nobody can be asked.
   */
  readonly ask?: (question: string) => Promise<string>;
  /** The model of a name; without one, the host's own. */
  readonly model: (spec: string | undefined) => Promise<ChatModel>;
  /** The host's environment. */
  readonly env: Environment;
  /** Texts that must not be recorded. */
  readonly secrets: readonly string[];
};

export interface Way {
  readonly type: WayType;
  /** All of it that is data: a change of it is another version of the agent. No secrets. */
  readonly about: Json;
  /** As far as the definition says which. */
  readonly model?: string | undefined;
  /**
   * Takes a turn. What it throws is how the turn failed: with the codes that
   * {@link ChatModel.chat} names it may be tried again.
   */
  turn(turn: Turn, context: TurnContext): Promise<Omit<ChatAnswer, "durationMs">>;
  /** What an answer says, where that is more than its text. */
  result?(message: AssistantMessage): AgentAnswer;
}

/** Ways that cost no tokens. */
export const NO_TOKENS = { inputTokens: 0, outputTokens: 0 } as const;
