/** What a command answers: its text, or what stands where in its JSON. */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { Usage } from "../../events/chat/message.ts";
import { valueAt } from "../../events/plan/fault.ts";

/** Where in JSON things stand, as names with dots between: `usage.input_tokens`. */
export const AnswerFields = z.strictObject({
  text: z.string().optional(),
  data: z.string().optional(),
  inputTokens: z.string().optional(),
  outputTokens: z.string().optional(),
  cachedTokens: z.string().optional(),
  /** What it has cost. */
  money: z.string().optional(),
  model: z.string().optional(),
  /** True, or a text: it has failed, whatever its exit code. */
  failed: z.string().optional(),
});
export type AnswerFields = z.infer<typeof AnswerFields>;

/** What was read. All of it may be left out. */
export interface CommandAnswer {
  readonly text?: string | undefined;
  /** Strict JSON. */
  readonly data?: unknown;
  readonly usage?: Partial<Usage> | undefined;
  readonly model?: string | undefined;
  /** Why it has failed. */
  readonly failed?: string | undefined;
}

export interface AnswerReading {
  readonly argv: readonly string[];
  readonly json?: true | "lines" | undefined;
  readonly fields?: AnswerFields | undefined;
  readonly read?: ((printed: unknown) => CommandAnswer) | undefined;
}

/** @throws {@link TroupeError} `RESULT_INVALID` where JSON is wanted, and this is none. */
export function commandAnswer(stdout: string, reading: AnswerReading): CommandAnswer {
  const { json, fields, read } = reading;
  if (json === undefined && fields === undefined && read === undefined) return { text: stdout };
  const value = json === "lines" ? linesIn(stdout, reading) : jsonIn(stdout, reading);
  if (read !== undefined) return read(value);
  return fields === undefined ? { data: value } : answerAt(value, fields);
}

function answerAt(value: unknown, fields: AnswerFields): CommandAnswer {
  const at = (path: string | undefined): unknown =>
    path === undefined ? undefined : valueAt(value, path.split("."));
  const failed = at(fields.failed);
  const text = at(fields.text);
  return {
    text: typeof text === "string" || text === undefined ? text : JSON.stringify(text),
    data: at(fields.data),
    usage: usageOf({
      inputTokens: at(fields.inputTokens),
      outputTokens: at(fields.outputTokens),
      cachedTokens: at(fields.cachedTokens),
      money: at(fields.money),
    }),
    model: textIn(at(fields.model)),
    failed: failed === true ? (textIn(text) ?? "it says that it failed") : textIn(failed),
  };
}

/** What is no count is not counted. */
function usageOf(counts: Readonly<Record<string, unknown>>): Partial<Usage> {
  const found = Object.entries(counts).filter(
    ([name, count]) =>
      typeof count === "number" && count >= 0 && (name === "money" || Number.isSafeInteger(count)),
  );
  return Object.fromEntries(found);
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function linesIn(text: string, reading: AnswerReading): readonly unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => jsonIn(line, reading));
}

function jsonIn(text: string, { argv }: AnswerReading): unknown {
  try {
    return JSON.parse(text.trim());
  } catch {
    // the parser's own words quote the text
    const shown = text.trim() === "" ? "it printed nothing" : "it printed no JSON";
    throw new TroupeError(
      "RESULT_INVALID",
      `the answer of the command "${argv[0]}" cannot be used: ${shown}`,
      {
        hint: "Have it print JSON alone to its standard output, and the rest to its standard error.",
        data: { command: argv[0] ?? "" },
      },
    );
  }
}
