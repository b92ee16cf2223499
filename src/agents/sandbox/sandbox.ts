/**
 * A place for commands that nobody trusts: what a model wrote, for example.
 *
 * - No network, a copy of the files and nothing else of the host's, no secret in the environment.
 * - One command and all that it starts have limits together; passing one stops it, and the result
 *   says which.
 * - Whatever happens, nothing stays: no process, no file. That holds for `kill -9` of the owner,
 *   too, but where {@link Strength} says that the disk is weak.
 * - Where there is none, `openSandbox` throws; it never falls back to running without.
 * - One command at a time: others wait for it.
 */
import type { ExecutionResult, SandboxLimit } from "../../events/execution-result.ts";
import type { Environment } from "../environment.ts";
import type { SandboxLimits } from "./limits.ts";

export interface SandboxOptions {
  /** `"unsandboxed"` runs with all rights of this process; only limits and clean-up remain. Default `"bubblewrap"`. */
  readonly driver?: "bubblewrap" | "unsandboxed";
  /** A folder whose files are copied into the work folder. */
  readonly folder?: string;
  /** Names that are not copied, at any depth; `/runs`: only right below the folder. Default `.git`, which may hold passwords. */
  readonly skip?: readonly string[];
  /** Files on top of the folder's, by their path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Folders or files of the host that are seen, read only, at these paths of the work folder. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Default: 1 CPU, 2 GiB of memory, 1 GiB of disk, 5 minutes, 512 processes. */
  readonly limits?: Partial<SandboxLimits>;
  /** Further texts that are taken out of what commands print. */
  readonly secrets?: readonly string[];
  /** Bytes kept of stdout and of stderr. Default 1 MiB each. */
  readonly outputLimit?: number;
  /** The host's environment, to find programs and secrets in; none of it goes inside. Default `process.env`. */
  readonly hostEnv?: Environment;
  /** Whether control groups are used where they can be. Default true. */
  readonly controlGroups?: boolean;
}

export interface SandboxCommand {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Variables on top of `PATH`, `HOME`, `TMPDIR`, `USER` and `LANG`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it starts, below the work folder. */
  readonly folder?: string;
  /** Milliseconds, if that is less than the sandbox's limit. */
  readonly timeoutMs?: number;
  /** Ends it; `run` then throws `ACTIVITY_CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** How one thing is held in on this machine. */
export interface Held {
  readonly by: string;
  /** Whether it can be passed for a moment, or by a command that means to. */
  readonly weak: boolean;
}

export type Strength = Readonly<Record<SandboxLimit | "files" | "network", Held>>;

export interface Sandbox extends AsyncDisposable {
  readonly driver: "bubblewrap" | "unsandboxed";
  readonly limits: SandboxLimits;
  readonly strength: Strength;
  /**
   * Runs a command to its end. A bad end is a result, not an error.
   *
   * @throws {@link TroupeError} `ACTIVITY_CANCELLED` if the signal aborts; `SANDBOX_FAILED` where
   * the sandbox is closed or gone.
   */
  run(command: SandboxCommand): Promise<ExecutionResult>;
  /**
   * The bytes of a file of the work folder; nothing where none is.
   *
   * @throws {@link TroupeError} `INPUT_INVALID` for a path that leads outside, or through a link.
   */
  read(path: string): Promise<Uint8Array | undefined>;
}
