/** A piece of work that somebody waits for, and its ends. */
import type { CommandInput, CommandResult } from "../../src/events/command-result.ts";
import type { CheckInput, CheckResult, WorkPackage } from "../../src/events/work.ts";

export type What = "command" | "agent" | "checks" | "report" | "keep";

export interface WorkOf {
  readonly what: What;
  readonly task: string;
  readonly purpose: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly signal: AbortSignal;
  /** Takes it out of what is open. */
  readonly close: (stopped: boolean) => boolean;
}

export const GOOD: CommandResult = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  stdoutBytes: 0,
  stderrBytes: 0,
  truncated: false,
  durationMs: 5,
};

/** The verdict, synthesis and tasks that end a run soonest. */
const WELL: Readonly<Record<string, object>> = {
  judge: { data: { completeness: 9, accuracy: 9 } },
  synthesize: { data: { completeness: 9, quality: 9, action: "PROCEED" } },
  generate: { data: { tasks: [] } },
};

export class Work {
  readonly what: What;
  readonly task: string;
  readonly purpose: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly signal: AbortSignal;
  readonly promise: Promise<unknown>;
  readonly #end: (result: unknown) => void;
  readonly #fail: (error: unknown) => void;
  readonly #close: WorkOf["close"];

  constructor({ what, task, purpose, attempt, input, signal, close }: WorkOf) {
    this.what = what;
    this.task = task;
    this.purpose = purpose;
    this.attempt = attempt;
    this.input = structuredClone(input);
    this.signal = signal;
    this.#close = close;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.promise = promise;
    this.#end = resolve;
    this.#fail = reject;
    signal.addEventListener("abort", () => close(true));
  }

  get command(): CommandInput {
    return this.input as CommandInput; // only asked of a command
  }

  /** The work package, of a command or an agent. */
  get package(): WorkPackage {
    const { package: work } = this.input as CommandInput;
    return work ?? (this.input as WorkPackage); // only asked of a command or an agent
  }

  get checks(): CheckInput {
    return this.input as CheckInput; // only asked of checks
  }

  /** It ends well, but for what the result says otherwise. An error, it throws. */
  end(result?: unknown): Promise<void> {
    if (result instanceof Error) return this.fail(result);
    this.#close(false);
    this.#end({ ...this.#well(), ...(result as object | undefined) });
    return settling();
  }

  /** Every test of the task ends with 1. */
  endBadly(output = "AssertionError: not so", missing: readonly string[] = []): Promise<void> {
    const { tests } = this.checks;
    const ended = tests.map(({ argv }) => ({
      cmd: argv.at(-1) ?? "",
      exitCode: 1,
      durationMs: 1,
      output,
    }));
    return this.end({ missing: [...missing], tests: ended } satisfies CheckResult);
  }

  fail(error: unknown): Promise<void> {
    this.#close(false);
    this.#fail(error);
    return settling();
  }

  #well(): object {
    if (this.what === "command") {
      return { ...GOOD, ...WELL[this.purpose] };
    }
    if (this.what === "report") return { files: [] };
    if (this.what === "keep") return { kept: [] };
    if (this.what === "agent") return WELL[this.purpose] ?? {};
    const tests = this.checks.tests.map(({ argv }) => ({
      cmd: argv.at(-1) ?? "",
      exitCode: 0,
      durationMs: 1,
      output: "",
    }));
    return { missing: [], tests };
  }
}

function settling(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
