/** The `tool` that agents invoke: one call, beside the others of the same answer. */
import type { PromiseActorLogic } from "xstate";
import { activity } from "../../actors/activity.ts";
import { TroupeError } from "../../errors.ts";
import type { ToolInput, ToolResult } from "../../events/agent/work.ts";
import { entryOf } from "../../events/entry.ts";
import { aborted } from "../awaited.ts";
import type { Tools } from "../definition/tool.ts";
import { redact } from "../redact.ts";
import { definitionOf, hiddenOf, placeOf, toolsOf, type AgentOptions } from "./registry.ts";

/** Characters of a result that a model is shown. */
const SHOWN = 65_536;

export function toolActor(options: AgentOptions): PromiseActorLogic<ToolResult, ToolInput> {
  const { now = () => performance.now() } = options;
  return activity<ToolInput, ToolResult>(
    async ({ input, ...context }) => {
      const { agent: name, work, call } = input;
      const agent = definitionOf(options, name);
      if (agent === undefined) return aborted(context.signal);
      const secrets = hiddenOf(options);
      const tools = toolsOf(options, agent);
      const begun = now();
      const { text, failed } = await outcome(tools, call, {
        ...context,
        agent: name,
        work,
        place: placeOf(input),
      });
      const durationMs = Math.max(0, Math.round(now() - begun));
      return { text: shortened(redact(text, secrets)), failed, durationMs };
    },
    { timeoutMs: ({ agent }) => definitionOf(options, agent)?.limits.toolMs },
  );
}

/** What a tool says, or what is wrong: the model hears of both. */
async function outcome(
  tools: Tools,
  call: ToolInput["call"],
  context: Parameters<Tools[string]["call"]>[1],
): Promise<{ readonly text: string; readonly failed: boolean }> {
  const tool = entryOf(tools, call.name);
  if (tool === undefined)
    return { text: `there is no tool "${call.name}": use one of ${namesOf(tools)}`, failed: true };
  try {
    const result = await tool.call(call.input, context);
    return { text: textOf(result), failed: false };
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { text: wordsOf(error), failed: true };
  }
}

function namesOf(tools: Tools): string {
  return Object.keys(tools).join(", ") || "none";
}

function textOf(result: unknown): string {
  return typeof result === "string" ? result : (JSON.stringify(result) ?? "");
}

function wordsOf(error: unknown): string {
  if (TroupeError.is(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

function shortened(text: string): string {
  if (text.length <= SHOWN) return text;
  const cut = text.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut}\n… (${text.length - cut.length} more characters are not shown)`;
}
