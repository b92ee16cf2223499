/**
 * The `nats-server` of this repository's tests and benches, in a cache of its own.
 *
 *     node scripts/nats-server.ts                  prints its path
 *     node scripts/nats-server.ts run [argument…]  `troupe nats` with it
 *
 * Without a server this fails; nothing that needs one may go on without it.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { natsServer as findServer } from "../src/cli/nats/find-server.ts";

const ROOT = join(import.meta.dirname, "..");

/** @throws {Error} that says what was tried and what to install. */
export function natsServer(): Promise<string> {
  return findServer({ cache: join(ROOT, ".cache", "nats") });
}

async function main(args: readonly string[]): Promise<void> {
  const binary = await natsServer();
  if (args[0] !== "run") {
    process.stdout.write(`${binary}\n`);
    return;
  }
  const command = [join(ROOT, "src", "cli", "main.ts"), "nats", ...args.slice(1)];
  const env = { ...process.env, NATS_SERVER: binary };
  const child = spawn(process.execPath, command, { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
