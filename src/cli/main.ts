/**
 * Where the process meets the command line: streams, signals, exit code.
 *
 * - The first SIGINT, SIGTERM or SIGHUP ends the command in good order; a second one ends it at
 *   once, which loses nothing either.
 * - A reader that closes our output early (`troupe tail | head`) is no error: it ends the command,
 *   whose exit code stays what it is. Talk that nobody hears ends nothing.
 * - What a library leaves open (a socket that never answered) keeps no process alive.
 */
import { systemScreen } from "./full-screen.ts";
import { runCli } from "./program.ts";
import { systemTerminal } from "./terminal.ts";

const terminal = systemTerminal();
const stop = new AbortController();
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
for (const signal of SIGNALS)
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
process.stderr.on("error", () => {});
process.stdout.on("error", (error) => {
  if ("code" in error && error.code === "EPIPE") return stop.abort();
  terminal.err(`OUTPUT_LOST: stdout could not be written: ${error.message}`);
  terminal.err("  → Make room where stdout goes; the log has everything.");
  process.exit(1);
});

process.exitCode = await runCli(process.argv.slice(2), {
  terminal,
  screen: systemScreen(),
  stop: stop.signal,
  letGo: () => {
    for (const signal of SIGNALS) process.removeAllListeners(signal);
  },
  env: process.env,
  folder: process.cwd(),
});
// behind the error that the last words may have met
process.stdout.write("", () => setImmediate(() => process.exit()));
