/**
 * The hosts of a storm: child processes that are killed, stopped, woken, closed, and started again.
 *
 * - 1. Whoever ended is noted in the outside world once it is no more, and not before.
 * - 2. All that a host says stands in a file of its own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HostPlan, HostSaid } from "./host-child.ts";
import type { Outside } from "./outside.ts";

const CHILD = fileURLToPath(new URL("./host-child.ts", import.meta.url));

/** How long a host may take to close before it is killed, ms. */
const CLOSING_MS = 10_000;

export interface HostProcess {
  readonly host: number;
  readonly lives: number;
  start(): void;
  kill(): Promise<void>;
  /** Ends it in good order. */
  close(): Promise<void>;
  /** SIGSTOP or SIGCONT. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
}

export interface HostParts {
  readonly plan: Omit<HostPlan, "life">;
  readonly world: Outside;
  /** Where what it says is kept. */
  readonly folder: string;
  readonly said: (said: HostSaid, life: number) => void;
}

export function hostProcess({ plan, world, folder, said }: HostParts): HostProcess & AsyncDisposable {
  const file = join(folder, `host-${plan.host}.log`);
  let life = 0;
  let child: ChildProcess | undefined;
  let gone: Promise<unknown> = Promise.resolve();
  const killAtExit = (): void => void child?.kill("SIGKILL");
  process.once("exit", killAtExit);
  const heard = (line: string, of: number): void => {
    appendFileSync(file, `${new Date().toISOString()} ${of} ${line}\n`);
    if (!line.startsWith("{")) return;
    const one = JSON.parse(line) as HostSaid; // the child's own line
    said(one, of);
  };
  const end = async (name: NodeJS.Signals): Promise<void> => {
    const ending = child;
    if (ending === undefined) return;
    ending.kill(name);
    ending.kill("SIGCONT");
    const late = setTimeout(() => ending.kill("SIGKILL"), CLOSING_MS);
    await gone;
    clearTimeout(late);
  };
  return {
    host: plan.host,
    get lives() {
      return life;
    },
    start() {
      if (child !== undefined) throw new Error(`host ${plan.host} runs already`);
      const mine = ++life;
      const started = spawn(process.execPath, [CHILD, JSON.stringify({ ...plan, life: mine })], {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env }, // halves its start
      });
      child = started;
      for (const stream of [started.stdout, started.stderr])
        if (stream !== null) createInterface({ input: stream }).on("line", (line) => heard(line, mine));
      gone = once(started, "close").then(([code, signal]) => {
        if (child === started) child = undefined;
        world.note({ what: "died", host: plan.host, life: mine });
        heard(`ended with ${code ?? signal}`, mine);
      });
    },
    kill: () => end("SIGKILL"),
    close: () => end("SIGTERM"),
    signal: (name) => void child?.kill(name),
    async [Symbol.asyncDispose]() {
      process.off("exit", killAtExit);
      await end("SIGKILL");
    },
  };
}
