/**
 * Runs the validation rules of a piece of code (S3-018).
 *
 * - S2. No shell: a rule is split into words first, and a path takes its place inside one word, so
 *   that what a model calls its files is never read as anything else.
 */
import { TroupeError } from "../../errors.ts";
import type { Validation, ValidationRule } from "../../events/code-artifacts.ts";
import type { ExecutionResult } from "../../events/execution-result.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** What is checked. */
export interface Checked {
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/** What the rules have found. */
export interface Validated {
  readonly validations: readonly Validation[];
  /** Of the rules that failed, in words. */
  readonly problems: readonly string[];
}

/** A rule for one file, or for all. */
interface Step {
  readonly rule: ValidationRule;
  readonly argv: readonly string[];
  readonly file?: string;
}

/**
 * @throws {@link TroupeError} `COMMAND_NOT_FOUND` for a rule whose program is not there: no answer
 * could be better; `INPUT_INVALID` for one that is no command.
 */
export async function validate(
  sandbox: Sandbox,
  rules: readonly ValidationRule[],
  { signal, ...checked }: Checked & { readonly signal: AbortSignal },
): Promise<Validated> {
  const validations: Validation[] = [];
  const problems: string[] = [];
  for (const step of rules.flatMap((rule) => stepsOf(rule, checked))) {
    const { rule, argv, file } = step;
    const limit = rule.timeout_seconds;
    const result = await sandbox.run({
      argv,
      signal,
      ...(limit !== undefined && { timeoutMs: Math.ceil(limit * 1_000) }),
    });
    const { exitCode, durationMs } = result;
    if (exitCode === NO_COMMAND) throw notFound(argv);
    const command = argv.join(" ");
    validations.push({
      type: rule.type,
      command,
      ...(file !== undefined && { file }),
      exitCode,
      durationMs,
    });
    if (exitCode !== 0) problems.push(problemOf(rule, command, result));
  }
  return { validations, problems };
}

/** As shells, and the sandbox, say that there is no such program. */
const NO_COMMAND = 127;
const FILE = "{file}";

function stepsOf(rule: ValidationRule, { files, tests }: Checked): readonly Step[] {
  const words = wordsOf(rule.command);
  if (!words.some((word) => word.includes(FILE))) return [{ rule, argv: words }];
  const paths = rule.type === "unit_test" ? tests : [...files, ...tests];
  return paths.map((file) => ({
    rule,
    file,
    // a name that begins with a dash must not become an option
    argv: words.map((word) => word.replaceAll(FILE, () => (file.startsWith("-") ? `./${file}` : file))),
  }));
}

const PIECE = /(\s+)|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+)/gs;

/** The words of a line, quoted as in a shell; nothing else of a shell's is understood. */
export function wordsOf(command: ValidationRule["command"]): readonly string[] {
  if (typeof command !== "string") return command;
  const pieces = [...command.matchAll(PIECE)];
  const words: string[][] = [[]];
  for (const piece of pieces)
    if (piece[1] !== undefined) words.push([]);
    else words.at(-1)?.push(bareOf(piece));
  const found = words.filter((parts) => parts.length > 0).map((parts) => parts.join(""));
  const read = pieces.reduce((sum, [all]) => sum + all.length, 0);
  if (read < command.length || found.length === 0) throw unreadable(command);
  return found;
}

/** A piece of a word without its quotes. */
function bareOf([, , quoted, raw, bare = ""]: RegExpExecArray): string {
  return quoted?.replaceAll(/\\(.)/gs, "$1") ?? raw ?? bare;
}

/** Characters of what a command printed that go back. */
const TOLD = 2_000;

function problemOf({ type }: ValidationRule, command: string, result: ExecutionResult): string {
  const { exitCode, stdout, stderr, error } = result;
  const printed = `${stdout}\n${stderr}`.trim();
  const said = printed.length > TOLD ? `…${printed.slice(-TOLD).toWellFormed()}` : printed;
  const why = error === undefined ? "" : ` (${error})`;
  return `${type}: "${command}" ended with ${exitCode}${why}${said === "" ? "" : `:\n${said}`}`;
}

function notFound(argv: readonly string[]): TroupeError {
  return new TroupeError("COMMAND_NOT_FOUND", `there is no program "${argv[0] ?? ""}" in the sandbox`, {
    hint: "Correct the validation rule, or mount the program.",
    data: { argv },
  });
}

function unreadable(command: string): TroupeError {
  return new TroupeError(
    "INPUT_INVALID",
    `the validation rule ${JSON.stringify(command)} is no command`,
    {
      hint: "Close its quotes, or write it as a list of words.",
      data: { command },
    },
  );
}
