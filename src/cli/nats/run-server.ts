/**
 * Runs a `nats-server` until it is told to stop.
 *
 * - 1. What the server says goes on to our own stderr; where it is comes out of the same lines.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { TroupeError } from "../../errors.ts";

/** Where a server is that has started; what its configuration does not have is missing. */
export interface Standing {
  /** `HOST:PORT` of the clients. */
  readonly clients?: string;
  /** URL of the monitoring endpoint. */
  readonly monitor?: string;
  /** The folder of its logs. */
  readonly store?: string;
  readonly version?: string;
}

export interface ServerRun {
  readonly binary: string;
  readonly conf: string;
  readonly folder: string;
  readonly stop: AbortSignal;
  readonly said: (line: string) => void;
  readonly ready: (standing: Standing) => void;
}

const SAYS: readonly (readonly [keyof Standing, RegExp])[] = [
  ["version", /Version:\s+(\S+)/],
  ["clients", /Listening for client connections on (\S+)/],
  ["monitor", /Starting http monitor on (\S+)/],
  ["store", /Store Directory:\s+"([^"]+)"/],
];

/** @throws {@link TroupeError} `COMMAND_FAILED` where it ends by itself. */
export async function runServer(run: ServerRun): Promise<void> {
  const { binary, conf, folder, stop, said } = run;
  const args = ["--config", conf];
  const child = spawn(binary, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const { promise, resolve } = Promise.withResolvers<string>();
  child.on("error", (error) => resolve(error.message));
  child.on("close", (code, signal) => resolve(`it ended with ${code ?? signal}`));
  const end = () => child.kill("SIGTERM");
  stop.addEventListener("abort", end);
  if (stop.aborted) end();
  let standing: Standing = {};
  let worst = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    said(line);
    if (/\[FTL\]|^nats-server:/.test(line)) worst = `: ${line}`;
    const found = SAYS.find(([, pattern]) => pattern.test(line));
    if (found !== undefined) standing = { ...standing, [found[0]]: found[1].exec(line)?.[1] ?? "" };
    if (line.includes("Server is ready")) run.ready(standing);
  });
  const why = await promise;
  stop.removeEventListener("abort", end);
  if (stop.aborted) return;
  throw new TroupeError("COMMAND_FAILED", `nats-server did not stay: ${why}${worst}`, {
    hint: "Read what it said above; mend its configuration, or free the port.",
    data: { conf },
  });
}
