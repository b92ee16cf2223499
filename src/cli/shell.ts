/**
 * What every command has: where it writes, how it is told to stop, and the options that all
 * of them take.
 */
import { userInfo } from "node:os";
import { Option, type Command } from "commander";
import { TroupeError } from "../errors.ts";
import { parseAddress, rootOf } from "../events/address.ts";
import { runErased } from "../events/log/erased.ts";
import { DEFAULT_URL, openLog, type OpenLogOptions } from "../events/log/open.ts";
import type { EventLog } from "../events/log/log.ts";
import type { FullScreen } from "./full-screen.ts";
import { inked, table } from "./paper.ts";
import type { Terminal } from "./terminal.ts";

export interface Shell {
  readonly terminal: Terminal;
  /** The terminal as a whole, with its keyboard; absent where there is none. */
  readonly screen?: FullScreen | undefined;
  /** Aborts when the user wants the command to end. */
  readonly stop: AbortSignal;
  /** From now on a signal ends the process at once: before work that hears of none, and leaves nothing half done. */
  readonly letGo?: () => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder in which the command was typed. */
  readonly folder: string;
  /** The exit code, where it is not 0. */
  readonly exit: (code: 0 | 1 | 2) => void;
}

/** A command of this shell, with the options that all take. */
export function addCommand(program: Command, usage: string, summary: string): Command {
  return addPlainCommand(program, usage, summary).addOption(
    new Option(
      "--log <url>",
      "the log: sqlite:PATH, nats://HOST:PORT/NAME, memory:, or to read only FILE.jsonl",
    )
      .env("TROUPE_LOG")
      .default(DEFAULT_URL),
  );
}

/** A command that touches no log. */
export function addPlainCommand(program: Command, usage: string, summary: string): Command {
  return program
    .command(usage)
    .description(summary)
    .option("--json", "print one JSON value, for programs");
}

/** A log that must be there: nothing is made of a misspelt path. */
export async function openExisting(url: string, options: OpenLogOptions = {}): Promise<EventLog> {
  try {
    return await openLog(url, { create: false, ...options });
  } catch (error) {
    if (!TroupeError.is(error, "LOG_NOT_FOUND") || url.startsWith("jsonl:")) throw error; // a file says it better
    throw new TroupeError(error.code, error.message, {
      hint: "Mind --log and the folder you are in; the first `troupe run` or `troupe import`, or a program of yours, makes a log.",
      data: error.data,
      cause: error,
    });
  }
}

/**
 * The id of a run, or the address of an actor, as an address.
 *
 * @throws {@link TroupeError} `USAGE` for a file of records, `ADDRESS_INVALID`.
 */
export function addressOf(id: string): string {
  if (id.endsWith(".jsonl"))
    throw new TroupeError("USAGE", `"${id}" is a file, not a run or an actor`, {
      hint: `Name the run, and the file as --log ${id}; \`troupe ls --log ${id}\` lists its runs.`,
    });
  const address = id.includes("/") ? id : `workflow/${id}`;
  parseAddress(address);
  return address;
}

/** @throws {@link TroupeError} `USAGE` for a text that is longer than a record keeps of it. */
export function checkTexts(texts: Readonly<Record<string, string | undefined>>, most = 1_000): void {
  for (const [option, text = ""] of Object.entries(texts)) {
    if (text.length <= most) continue;
    const message = `--${option} has ${text.length} characters, more than ${most}`;
    throw new TroupeError("USAGE", message, {
      hint: "Say it in fewer words; what is long belongs in a file.",
      data: { option, length: text.length },
    });
  }
}

/** @throws {@link TroupeError} `USAGE` unless a run may have this id. */
export function checkRunId(run: string): void {
  if (/^[A-Za-z0-9_-]{1,64}(~[2-9][0-9]{0,8}|~1[0-9]{1,8})?$/.test(run)) return;
  throw new TroupeError("USAGE", `"${run}" is not an id for a run`, {
    hint: 'Use up to 64 letters, digits, "_" and "-"; "~2" behind it uses the id of an archived run once more.',
  });
}

/** Undefined where the system knows no name, as in some containers. */
export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** @throws {@link TroupeError} `USAGE` unless the text of an option is 1, 2, 3, … */
export function wholeNumber(option: string, text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new TroupeError("USAGE", `--${option} is "${text}", which is no whole number of 1 or more`, {
    hint: `Write --${option} as 1, 2, 3, ….`,
  });
}

/** Prints rows with their columns in line. */
export function printTable(
  terminal: Terminal,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const [first = "", ...lines] = table(head, rows, terminal.outColumns);
  terminal.out(inked({ colour: terminal.outColour }, "dim", first));
  for (const line of lines) terminal.out(line);
}

export function noSuchRun(id: string, { url, codec }: Pick<EventLog, "url" | "codec">): TroupeError {
  const root = id.includes("/") ? rootOf(id) : id;
  if (codec?.isErased?.(root) === true) return runErased(root);
  return new TroupeError("RUN_NOT_FOUND", `there is no run or actor "${id}" in ${url}`, {
    hint: "List the runs with `troupe ls`, and mind --log.",
    data: { id },
  });
}
