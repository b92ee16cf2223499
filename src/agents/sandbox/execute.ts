/** Runs one command in a sandbox, watches it, and says what it came to. */
import { constants } from "node:os";
import { TroupeError } from "../../errors.ts";
import { CommandResult } from "../../events/command-result.ts";
import type { ExecutionResult, SandboxLimit } from "../../events/execution-result.ts";
import { secretsOf } from "../../events/secrets.ts";
import { runCommand } from "../command.ts";
import type { Driver } from "./drivers.ts";
import { launched, type Launch } from "./launch.ts";
import { limitInWords } from "./limits.ts";
import { watch, type Watch } from "./meter.ts";
import { endNamed } from "./names.ts";
import type { Place } from "./place.ts";
import { treeMeter } from "./process-tree.ts";
import type { SandboxCommand } from "./sandbox.ts";

export interface Execution {
  readonly driver: Driver;
  readonly place: Place;
  readonly launch: Launch;
  readonly secrets: readonly string[];
  readonly outputLimit: number;
}

/** From asking to ending; in a sandbox the asking ends all. */
const GRACE_MS = 500;

const TIMED_OUT = 124;
const NOT_FOUND = 127;
const BY_SIGNAL = 128;

type Printed = Omit<CommandResult, "exitCode" | "signal" | "data">;

interface Ended {
  readonly exitCode: number;
  readonly printed: Printed;
  readonly timedOut: boolean;
}

/** @throws {@link TroupeError} `ACTIVITY_CANCELLED` if the signal aborts. */
export async function execute(
  command: SandboxCommand,
  { driver, place, launch, secrets, outputLimit }: Execution,
): Promise<ExecutionResult> {
  const { limits, groups } = launch;
  const timeoutMs = Math.min(command.timeoutMs ?? limits.timeMs, limits.timeMs);
  const { argv, notes, folder, env } = await driver.prepare(command);
  const meters = [
    await groups.meter(),
    place.meter,
    treeMeter(unbound(launch), limits, () => place.filled()),
  ];
  const fullBefore = (await place.meter.read(0)).length > 0;
  let watching: Watch | undefined;
  const started = (pid: number): void => {
    watching = watch(pid, meters, () => endNow(pid));
  };
  let ended: Ended;
  let met: ReadonlySet<SandboxLimit>;
  try {
    ended = await toItsEnd(
      { argv: launched(launch, notes, argv), folder, env, passEnv: [], timeoutMs },
      {
        env: {},
        secrets: [...secrets, ...secretsOf(command.env ?? {})],
        outputLimit,
        graceMs: GRACE_MS,
        started,
        ...(command.signal !== undefined && { signal: command.signal }),
      },
    );
  } finally {
    met = (await watching?.stop()) ?? new Set();
    await groups.kill();
    if (groups.by.size === 0) await endNamed(place.name);
  }
  const limitsMet = fullBefore ? withoutOldDisk(ended, met) : [...met];
  return resultOf(ended, limitsMet, { command, driver, launch, timeoutMs });
}

/** A disk that was full before explains a bad end only where nothing else does. */
function withoutOldDisk(
  { exitCode, timedOut }: Ended,
  met: ReadonlySet<SandboxLimit>,
): readonly SandboxLimit[] {
  const explains = exitCode !== 0 && !timedOut && met.size === 1;
  return [...met].filter((limit) => explains || limit !== "disk");
}

/** What neither the kernel nor the place enforces. */
function unbound({ groups }: Launch): ReadonlySet<"cpu" | "memory" | "pids"> {
  return new Set((["cpu", "memory", "pids"] as const).filter((one) => !groups.by.has(one)));
}

/** The command's group; what is inside ends with it. */
function endNow(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it ended by itself
  }
}

async function toItsEnd(...run: Parameters<typeof runCommand>): Promise<Ended> {
  try {
    const { exitCode, signal, ...printed } = await runCommand(...run);
    return { exitCode: exitCode ?? BY_SIGNAL + numberOf(signal), printed, timedOut: false };
  } catch (error) {
    if (!TroupeError.is(error, "COMMAND_TIMEOUT")) throw error;
    const { timeoutMs: _, ...printed } = error.data;
    const whole = CommandResult.parse({ exitCode: TIMED_OUT, ...printed });
    return { exitCode: TIMED_OUT, printed: whole, timedOut: true };
  }
}

function numberOf(signal: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[signal ?? "SIGKILL"] ?? constants.signals.SIGKILL;
}

interface Asked {
  readonly command: SandboxCommand;
  readonly driver: Driver;
  readonly launch: Launch;
  readonly timeoutMs: number;
}

function resultOf(
  { exitCode, printed, timedOut }: Ended,
  met: readonly SandboxLimit[],
  { command, driver, launch, timeoutMs }: Asked,
): ExecutionResult {
  const { stdout, stderr, stdoutBytes, stderrBytes, truncated, durationMs } = printed;
  const limits = [...met, ...(timedOut ? (["time"] as const) : [])].toSorted();
  const [program = ""] = command.argv;
  const lost = exitCode !== 0 && stdoutBytes === 0 && driver.saysNotFound(program, stderr);
  // what went well all the same met no limit that mattered
  const hindered = exitCode === 0 ? [] : limits;
  const words = hindered.map((limit) => limitInWords(limit, launch.limits, timeoutMs));
  const error = lost
    ? `the command "${program}" was not found in the sandbox`
    : words.length > 0
      ? `the command "${program}" came up against a limit: ${words.join("; ")}`
      : undefined;
  return {
    exitCode: lost ? NOT_FOUND : exitCode,
    stdout,
    stderr,
    stdoutBytes,
    stderrBytes,
    truncated,
    durationMs,
    limits,
    ...(error !== undefined && { error }),
  };
}
