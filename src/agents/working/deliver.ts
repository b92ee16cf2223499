/** The `deliver` that agents invoke: makes a result of an answer, or says what is wrong with it. */
import type { PromiseActorLogic } from "xstate";
import { activity, type ActivityContext } from "../../actors/activity.ts";
import type { Delivered, TurnInput } from "../../events/agent/work.ts";
import type { AssistantMessage } from "../../events/chat/message.ts";
import type { WorkResult } from "../../events/work.ts";
import type { AgentAnswer } from "../agent.ts";
import type { AnyAgent, Delivery } from "../definition/definition.ts";
import { redact } from "../redact.ts";
import { redactedError } from "../redacted-error.ts";
import { withHint } from "../with-hint.ts";
import { recordable, type Answer } from "../result-data.ts";
import { shortened } from "../shortened.ts";
import { writeWhole } from "../whole-file.ts";
import { makeFolders } from "../work-files.ts";
import {
  checkedOutput,
  parseOutput,
  wantedOutput,
  type ParsedOutput,
  type WantedOutput,
} from "./outputs.ts";
import { definedHere, hiddenOf, hostOf, placeOf, type AgentOptions } from "./registry.ts";

/** Characters of a text that is recorded where no file takes it. */
const RECORDED = 16_384;

/** Characters of a summary, and of one problem: these go to all that depend on the task. */
const SUMMARY = 2_048;

/** Problems of one answer. */
const PROBLEMS = 50;

export function deliverActor(options: AgentOptions): PromiseActorLogic<Delivered, TurnInput> {
  return activity<TurnInput, Delivered>(
    async ({ input, records: _records, rows: _rows, tell: _tell, ...context }) => {
      const agent = await definedHere(options, input.agent, context);
      await makeFolders(input.work.outputs);
      const secrets = hiddenOf(options);
      try {
        const delivery = await deliveryOf(options, agent, input, context);
        if ("problems" in delivery) return { problems: toldProblems(delivery.problems, secrets) };
        return { result: await resultOf(delivery, input, secrets) };
      } catch (error) {
        throw withHint(redactedError(error, secrets));
      }
    },
    { on: ({ agent }) => hostOf(options, agent) },
  );
}

/** They go back to whoever answered, into the log and to the task: as far as anybody reads them. */
function toldProblems(problems: readonly string[], secrets: readonly string[]): string[] {
  const told = problems
    .slice(0, PROBLEMS)
    .map((problem) => shortened(redact(problem, secrets), SUMMARY));
  return told.length === 0 ? ["it was refused without a word"] : told;
}

// oxlint-disable-next-line max-params -- whose answer, and its three circumstances
async function deliveryOf(
  options: AgentOptions,
  agent: AnyAgent,
  input: TurnInput,
  context: Omit<ActivityContext, "records" | "rows" | "tell">,
): Promise<Delivery> {
  const { work, messages } = input;
  const last = messages.findLast((message) => message.role === "assistant");
  const answer = said(agent, last ?? { role: "assistant", text: "", calls: [] });
  const wanted = wantedOutput(agent, work);
  const parsed = wanted === undefined ? { output: undefined } : outputIn(answer, wanted);
  if ("problems" in parsed) return parsed;
  const { output } = parsed;
  const { env = process.env } = options;
  if (agent.deliver !== undefined)
    return agent.deliver(
      { text: answer.text ?? "", output, work },
      {
        ...context,
        agent: agent.name,
        place: placeOf(input),
        messages,
        env,
        secrets: hiddenOf(options),
      },
    );
  if (wanted === undefined) return answer;
  return { ...answer, data: output, text: textOf(output, work.outputs) };
}

/** What an answer says. */
function said({ way }: AnyAgent, message: AssistantMessage): AgentAnswer {
  return way.result?.(message) ?? { text: message.text };
}

function outputIn({ data, text = "" }: AgentAnswer, wanted: WantedOutput): ParsedOutput {
  return data === undefined ? parseOutput(text, wanted) : checkedOutput(data, wanted);
}

/** Where the work has an output, it is the answer as a file. */
function textOf(output: unknown, outputs: readonly string[]): string | undefined {
  return outputs.length === 0 ? undefined : `${JSON.stringify(output, undefined, 2)}\n`;
}

/** Writes the text to the first output; without one it is recorded, as far as that is reasonable. */
async function resultOf(
  { text, summary, data, durationMs }: AgentAnswer,
  { agent, work }: TurnInput,
  secrets: readonly string[],
): Promise<WorkResult> {
  const [path] = work.outputs;
  if (path !== undefined && text !== undefined) await writeWhole(path, (file) => file.writeFile(text));
  const kept = data ?? (path === undefined ? textData(text) : undefined);
  const answer: Answer = { who: `the answer of agent "${agent}"`, facts: { agent } };
  return {
    summary: shortened(redact(summary ?? lastLine(text ?? ""), secrets), SUMMARY),
    ...(kept !== undefined && {
      data: recordable(kept, secrets, answer) as NonNullable<WorkResult["data"]>, // zod's own JSON type is mutable
    }),
    ...(durationMs !== undefined && { durationMs }),
  };
}

function textData(text: string | undefined): { readonly text: string } | undefined {
  return text === undefined || text === "" ? undefined : { text: text.slice(0, RECORDED) };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}
