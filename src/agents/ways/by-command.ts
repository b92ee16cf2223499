/**
 * An agent that is a command: the headless mode of a coding agent, or a script.
 *
 *     byCommand({ argv: ["coder", "--print"] })
 *     byCommand({ argv: ["coder", "--json"], fields: { text: "result", money: "cost" } })
 *
 * - The command is told the conversation in words, each turn anew, and answers on its standard
 *   output. What it does with tools is its own: those of its definition are not offered to it.
 * - S2. No shell reads its argv; its environment is an allow-list; what it prints is bounded and
 *   redacted.
 * - An exit code other than 0 is a failure; {@link ByCommandOptions.retryExitCodes} may pass.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { CommandResult } from "../../events/command-result.ts";
import { runCommand, type Command } from "../command.ts";
import { recordable } from "../result-data.ts";
import { commandAnswer, type AnswerFields, type CommandAnswer } from "./command-answer.ts";
import { conversationText } from "./conversation-text.ts";
import { NO_TOKENS, type Turn, type TurnContext, type Way } from "./way.ts";

export interface ByCommandOptions {
  /** The program and its arguments; `{prompt}` among them is the prompt, or its file. */
  readonly argv: readonly string[];
  /**
   * How it is told what to do: on its standard input, as an argument, or as a file whose path is
   * an argument and stands in `$TROUPE_PROMPT`. Without `{prompt}`, such an argument is the last.
   * An argument holds about 128 KiB. Default `stdin`.
   */
  readonly prompt?: "stdin" | "argument" | "file" | undefined;
  /** It prints JSON: one value, or one a line. Default: text. */
  readonly json?: true | "lines" | undefined;
  /** Where in that JSON its answer stands. Default: all of it is the answer's data. */
  readonly fields?: AnswerFields | undefined;
  /** Reads that JSON itself. */
  readonly read?: ((printed: unknown) => CommandAnswer) | undefined;
  /** It writes the task's outputs itself (the first is `$TROUPE_OUTPUT`); what it says is the summary. */
  readonly writes?: boolean | undefined;
  /** Where it works; relative paths start at the run's folder. Default: the run's folder. */
  readonly folder?: string | undefined;
  /** Variables on top of the allow-list. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Names of further variables of the host that it gets; their values are never recorded. */
  readonly passEnv?: readonly string[] | undefined;
  /** Exit codes of failures that may pass by themselves. Default 75, as `sysexits.h` has it. */
  readonly retryExitCodes?: readonly number[] | undefined;
  /** The longest answer, in bytes. Default 262,144. */
  readonly outputLimit?: number | undefined;
}

const TEMPORARY = 75;
const OUTPUT_LIMIT = 262_144;

/** How long the last words of a command that failed may be. */
const LAST_WORDS = 300;

export function byCommand(options: ByCommandOptions): Way {
  const { argv, prompt = "stdin", json, fields, writes = false, folder } = options;
  return {
    type: "command",
    about: {
      argv: [...argv],
      prompt,
      json: json ?? false,
      fields: JSON.stringify(fields ?? null),
      writes,
      folder: folder ?? null,
    },
    async turn(turn, context) {
      const result = await told(options, turn, context);
      checkEnd(result, options);
      const answer = commandAnswer(result.stdout, options);
      if (answer.failed !== undefined) throw failed(options, answer.failed);
      const who = { who: `the answer of the command "${argv[0]}"`, facts: { agent: turn.agent } };
      const data =
        answer.data === undefined ? undefined : recordable(answer.data, context.secrets, who);
      return {
        message: {
          role: "assistant",
          text: answer.text ?? "",
          calls: [],
          ...(data !== undefined && { provider: z.json().parse({ data }) }),
        },
        finish: "stop",
        usage: { ...NO_TOKENS, ...answer.usage },
        model: answer.model ?? basename(argv[0] ?? ""),
      };
    },
    result({ text, provider }) {
      const rest = Rest.safeParse(provider ?? {});
      const data = rest.success && rest.data.data !== undefined ? { data: rest.data.data } : {};
      if (writes) return { summary: text.trimEnd().split("\n").at(-1) ?? "", ...data };
      return { ...(text !== "" && { text }), ...data };
    },
  };
}

const Rest = z.object({ data: z.json().optional() });

/** Runs it once. */
async function told(
  options: ByCommandOptions,
  turn: Turn,
  context: TurnContext,
): Promise<CommandResult> {
  const { outputLimit = OUTPUT_LIMIT, passEnv = [], folder = "." } = options;
  await using prompted = await handed(options, conversationText(turn.messages));
  const { argv, stdin, file } = prompted;
  const command: Command = {
    argv,
    folder: resolve(turn.place.folder, folder),
    env: { ...options.env, ...environmentOf(turn, context, file) },
    passEnv,
    stdin,
  };
  const { signal, env, secrets } = context;
  return await runCommand(command, { signal, env, secrets, outputLimit });
}

/** How a prompt reaches a command, and what is cleared away when that has ended. */
interface Handed extends AsyncDisposable {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly file?: string;
}

async function handed({ argv, prompt = "stdin" }: ByCommandOptions, text: string): Promise<Handed> {
  const nothing = async (): Promise<void> => {};
  if (prompt === "stdin") return { argv, stdin: text, [Symbol.asyncDispose]: nothing };
  if (prompt === "argument")
    return { argv: filled(argv, notAnOption(text)), [Symbol.asyncDispose]: nothing };
  const folder = await mkdtemp(join(tmpdir(), "troupe-prompt-"));
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const file = join(folder, "prompt.md");
  // only this user reads it
  await writeFile(file, text, { mode: 0o600 }).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  return { argv: filled(argv, file), file, [Symbol.asyncDispose]: clear };
}

/** What every command of an agent gets. */
function environmentOf(
  { work }: Turn,
  { idempotencyKey, fence }: TurnContext,
  file: string | undefined,
): Readonly<Record<string, string>> {
  const [output] = work.outputs;
  return {
    TROUPE_EFFECT: idempotencyKey,
    TROUPE_EXECUTION: String(fence.attempt),
    ...(output !== undefined && { TROUPE_OUTPUT: output }),
    ...(file !== undefined && { TROUPE_PROMPT: file }),
  };
}

const PROMPT = "{prompt}";

function filled(argv: readonly string[], word: string): readonly string[] {
  if (!argv.some((part) => part.includes(PROMPT))) return [...argv, word];
  return argv.map((part) => part.replaceAll(PROMPT, () => word));
}

/** A text that begins with a dash would be read as an option. */
function notAnOption(text: string): string {
  return text.startsWith("-") ? `\n${text}` : text;
}

/** @throws {@link TroupeError} `COMMAND_FAILED`, `MODEL_UNAVAILABLE`, `RESULT_INVALID`. */
function checkEnd(
  { exitCode, signal, stdout, stderr, stdoutBytes }: CommandResult,
  options: ByCommandOptions,
): void {
  const { retryExitCodes = [TEMPORARY], outputLimit = OUTPUT_LIMIT } = options;
  if (exitCode !== 0) {
    const end =
      exitCode === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${exitCode}`;
    const words = lastWords(stderr) || lastWords(stdout);
    const mayPass = exitCode !== null && retryExitCodes.includes(exitCode);
    throw failed(options, `it ${end}${words === "" ? "" : `: ${words}`}`, mayPass);
  }
  if (stdoutBytes <= outputLimit) return;
  throw new TroupeError(
    "RESULT_INVALID",
    `the answer of the command "${options.argv[0]}" cannot be used: it has ${stdoutBytes} bytes, more than ${outputLimit}`,
    {
      hint: "Let it print only its answer, and write the rest to a file; or raise outputLimit.",
      data: { bytes: stdoutBytes, limit: outputLimit },
    },
  );
}

function lastWords(text: string): string {
  const line = text.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return line.length <= LAST_WORDS
    ? line
    : `${line.slice(0, LAST_WORDS).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function failed({ argv }: ByCommandOptions, why: string, mayPass = false): TroupeError {
  const message = `the command "${argv[0]}" has no answer: ${why}`;
  return new TroupeError(mayPass ? "MODEL_UNAVAILABLE" : "COMMAND_FAILED", message, {
    hint: "Run it by hand in the same folder, with the same words.",
    data: { command: argv[0] ?? "" },
  });
}
