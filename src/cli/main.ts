/**
 * Where the process meets the command line: streams, signals, exit code.
 *
 * - The first SIGINT or SIGTERM ends the command in good order; a second one ends it at once,
 *   which loses nothing either.
 * - A reader that closes our output early (`troupe tail | head`) is no error.
 */
import { runCli } from "./program.ts";
import { systemTerminal } from "./terminal.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
process.stdout.on("error", (error) => {
  if ("code" in error && error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: systemTerminal(),
  stop: stop.signal,
  env: process.env,
  folder: process.cwd(),
});
