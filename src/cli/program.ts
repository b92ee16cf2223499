/**
 * The command line: `troupe COMMAND …`.
 *
 * - Exit code 0 done, 1 failed, 2 called wrongly.
 * - Whatever happens ends in one error with a hint, and with `--json` in one JSON value.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { commandsFor } from "./command-table.ts";
import { exitCodeOf, sayError } from "./failure.ts";
import { readLogOptions } from "./run-source.ts";
import type { Shell } from "./shell.ts";

export type Surroundings = Omit<Shell, "exit">;

/** Runs one command. Never throws; @returns the exit code. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { terminal } = surroundings;
  let code: 0 | 1 | 2 = 0;
  const shell: Shell = {
    ...surroundings,
    exit: (wanted) => {
      code = wanted;
    },
  };
  const program = await programOf(shell, argv);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const said = error instanceof CommanderError ? misuse(error, named(program, argv), argv) : error;
    sayError(terminal, said, argv.includes("--json"));
    return exitCodeOf(said);
  }
}

async function programOf(shell: Shell, argv: readonly string[]): Promise<Command> {
  const { terminal } = shell;
  const line = (text: string): string => text.replace(/\n$/, "");
  const program = new Command("troupe")
    .description(
      "Runs plans and state machines whose every event is in a log before anything acts on it.",
    )
    .configureOutput({
      writeOut: (text) => terminal.out(line(text)),
      writeErr: () => {}, // said once, by sayError
    })
    .version(versionOf(), "-V, --version", "print the version")
    .hook("preAction", (_, command) => readLogOptions(shell, command))
    .exitOverride();
  for (const add of await commandsFor(argv)) add(program, shell);
  return program;
}

function versionOf(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** The command that was meant, as far as it is known: `troupe approvals ls`. */
function named(program: Command, [word, ...rest]: readonly string[]): string {
  const inner = program.commands.find((command) => command.name() === word);
  return inner === undefined ? program.name() : `${program.name()} ${named(inner, rest)}`;
}

function misuse({ code, message }: CommanderError, name: string, argv: readonly string[]): TroupeError {
  const what = code === "commander.help" ? unnamed(argv) : message.replace(/^error: /, "");
  return new TroupeError("USAGE", what.replaceAll("\n", " "), { hint: `See \`${name} --help\`.` });
}

/** Commander gives help of all commands where none has the name that `help` was asked for. */
function unnamed([word, asked]: readonly string[]): string {
  return word === "help" && asked !== undefined ? `unknown command '${asked}'` : "no command was given";
}
