/** The `tool` that agents invoke: one call, beside the others of the same answer. */
import type { PromiseActorLogic } from "xstate";
import { activity } from "../../actors/activity.ts";
import { TroupeError } from "../../errors.ts";
import type { ToolInput, ToolResult } from "../../events/agent/work.ts";
import { entryOf } from "../../events/entry.ts";
import type { ToolContext, Tools } from "../definition/tool.ts";
import { redact } from "../redact.ts";
import { redactedError } from "../redacted-error.ts";
import { shortened } from "../shortened.ts";
import {
  definedHere,
  definitionOf,
  hiddenOf,
  hostOf,
  placeOf,
  toolsOf,
  type AgentOptions,
} from "./registry.ts";

/** Characters of a result that a model is shown. */
const SHOWN = 65_536;

export function toolActor(options: AgentOptions): PromiseActorLogic<ToolResult, ToolInput> {
  const { now = () => performance.now() } = options;
  return activity<ToolInput, ToolResult>(
    async ({ input, ...context }) => {
      const { agent: name, work, call } = input;
      const agent = await definedHere(options, name, context);
      const secrets = hiddenOf(options);
      const tools = toolsOf(options, agent);
      const begun = now();
      const place = placeOf(input);
      const { text, failed } = await outcome(
        () => called(tools, call, { ...context, agent: name, work, place }),
        { signal: context.signal, secrets },
      );
      const durationMs = Math.max(0, Math.round(now() - begun));
      return { text: shortened(redact(text, secrets), SHOWN), failed, durationMs };
    },
    {
      timeoutMs: ({ agent }) => definitionOf(options, agent)?.limits.toolMs,
      on: ({ agent }) => hostOf(options, agent),
    },
  );
}

/** What a tool says, or what is wrong: the model hears of both. */
async function outcome(
  call: () => Promise<string>,
  { signal, secrets }: { readonly signal: AbortSignal; readonly secrets: readonly string[] },
): Promise<{ readonly text: string; readonly failed: boolean }> {
  try {
    return { text: await call(), failed: false };
  } catch (thrown) {
    const error = redactedError(thrown, secrets);
    if (signal.aborted) throw error;
    return { text: wordsOf(error), failed: true };
  }
}

async function called(
  tools: Tools,
  { name, input }: ToolInput["call"],
  context: ToolContext,
): Promise<string> {
  const tool = entryOf(tools, name);
  if (tool !== undefined) return textOf(await tool.call(input, context));
  throw new Error(`there is no tool "${name}": use one of ${namesOf(tools)}`);
}

function namesOf(tools: Tools): string {
  return Object.keys(tools).join(", ") || "none";
}

function textOf(result: unknown): string {
  return typeof result === "string" ? result : (JSON.stringify(result) ?? "");
}

function wordsOf(error: Error): string {
  return TroupeError.is(error) ? `${error.code}: ${error.message}` : error.message;
}
