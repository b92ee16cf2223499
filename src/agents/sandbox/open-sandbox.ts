/** Opens a {@link Sandbox}: its place, its limits, what holds its commands in. */
import { access } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { TroupeError } from "../../errors.ts";
import type { ExecutionResult } from "../../events/execution-result.ts";
import { secretsOf } from "../../events/secrets.ts";
import { runCommand } from "../command.ts";
import type { Environment } from "../environment.ts";
import { findBubblewrap, findProgram, unavailable } from "./bubblewrap.ts";
import { openControlGroups, type ControlGroups } from "./control-groups.ts";
import { copyIn, partsOf, readInside } from "./copy-in.ts";
import { bubblewrapDriver, unsandboxedDriver, type Driver } from "./drivers.ts";
import { execute } from "./execute.ts";
import { launched, NOT_LET_IN, pinned, type Launch } from "./launch.ts";
import { limitsOf, type SandboxLimits } from "./limits.ts";
import { openPlace, type Place, type Tools } from "./place.ts";
import type { Sandbox, SandboxCommand, SandboxOptions } from "./sandbox.ts";
import { strengthOf } from "./strength.ts";

/**
 * Opens a sandbox and copies the files into it.
 *
 * @throws {@link TroupeError} `SANDBOX_UNAVAILABLE` where this machine has none; `INPUT_INVALID`
 * for wrong limits or paths, or files that do not fit.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const limits = limitsOf(options.limits ?? {});
  const settings = { ...DEFAULTS, hostEnv: process.env, ...options };
  const { mounts, hostEnv, skip, files } = settings;
  await checkMounts(mounts);
  const bwrap = settings.driver === "bubblewrap" ? await findBubblewrap(hostEnv) : undefined;
  await using stack = new AsyncDisposableStack();
  const place = stack.use(
    await openPlace(limits, bwrap === undefined ? undefined : await toolsWith(bwrap, hostEnv)),
  );
  const driver =
    bwrap === undefined
      ? await unsandboxedDriver(place, mounts, hostEnv)
      : await bubblewrapDriver(place, mounts, bwrap);
  const launch = await readyLaunch(driver, { place, limits, settings });
  stack.use(launch.groups);
  const mounted = Object.keys(mounts);
  await copyIn(`${place.root}/work`, {
    ...(options.folder !== undefined && { folder: options.folder }),
    skip,
    files,
    mounted,
    room: limits.diskBytes,
  });
  const secrets = [...secretsOf(hostEnv), ...settings.secrets];
  return sandbox({ driver, place, launch, secrets, outputLimit: settings.outputLimit }, stack.move());
}

const DEFAULTS = {
  driver: "bubblewrap",
  skip: [".git"],
  files: {},
  mounts: {},
  secrets: [],
  outputLimit: 1024 ** 2,
  controlGroups: true,
} satisfies SandboxOptions;

async function toolsWith(bwrap: string, env: Environment): Promise<Tools | undefined> {
  const nsenter = await findProgram("nsenter", env);
  return nsenter === undefined ? undefined : { bwrap, nsenter };
}

interface Parts {
  readonly driver: Driver;
  readonly place: Place;
  readonly launch: Launch;
  readonly secrets: readonly string[];
  readonly outputLimit: number;
}

function sandbox(parts: Parts, resources: AsyncDisposableStack): Sandbox {
  const { driver, place, launch } = parts;
  let last: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => {
      if (closing.signal.aborted || !place.stands()) throw gone(closing.signal.aborted);
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    driver: driver.name,
    limits: launch.limits,
    strength: strengthOf(driver, place, launch),
    run: (command) =>
      inTurn(async () => {
        const { signal } = command;
        const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
        const result = await execute({ ...command, signal: stop }, parts);
        if (!place.stands()) throw gone(false);
        return result;
      }),
    read: (path) => inTurn(() => readInside(`${place.root}/work`, path)),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await last;
      await resources.disposeAsync();
    },
  };
}

interface Ready {
  readonly place: Place;
  readonly limits: SandboxLimits;
  readonly settings: { readonly controlGroups: boolean; readonly hostEnv: Environment };
}

/** Tries the whole way once, with a command that does nothing. */
async function readyLaunch(driver: Driver, { place, limits, settings }: Ready): Promise<Launch> {
  const { controlGroups, hostEnv } = settings;
  const launchWith = async (groups: ControlGroups): Promise<Launch> => {
    return { limits, groups, pin: groups.by.has("cpu") ? [] : await pinned(limits, hostEnv) };
  };
  const groups = controlGroups ? await openControlGroups(place.name, limits) : NO_GROUPS;
  try {
    const launch = await launchWith(groups);
    const { exitCode, stderr } = await tried(driver, launch);
    if (exitCode === 0) return launch;
    if (exitCode !== NOT_LET_IN || groups === NO_GROUPS) throw unavailable(stderr.trim());
  } catch (error) {
    await groups[Symbol.asyncDispose]();
    throw error;
  }
  await groups[Symbol.asyncDispose]();
  const launch = await launchWith(NO_GROUPS);
  const { exitCode, stderr } = await tried(driver, launch);
  if (exitCode !== 0) throw unavailable(stderr.trim());
  return launch;
}

const NO_GROUPS: ControlGroups = {
  by: new Map(),
  doors: [],
  meter: async () => ({ read: async () => [] }),
  kill: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/** How long the machine may take to start a sandbox. */
const TRY_MS = 20_000;

async function tried(
  driver: Driver,
  launch: Launch,
): Promise<Pick<ExecutionResult, "stderr"> & { exitCode: number | null }> {
  const { argv, notes, folder } = await driver.prepare({ argv: ["true"] } satisfies SandboxCommand);
  return runCommand(
    { argv: launched(launch, notes, argv), folder, env: {}, passEnv: [], timeoutMs: TRY_MS },
    { env: {} },
  );
}

async function checkMounts(mounts: Readonly<Record<string, string>>): Promise<void> {
  for (const [to, from] of Object.entries(mounts)) {
    partsOf(to);
    const there =
      isAbsolute(from) &&
      (await access(from).then(
        () => true,
        () => false,
      ));
    if (there) continue;
    throw new TroupeError("INPUT_INVALID", `"${from}" cannot be mounted at "${to}"`, {
      hint: "Name a folder or a file that exists, by its whole path.",
      data: { from, to },
    });
  }
}

function gone(closed: boolean): TroupeError {
  const message = closed ? "the sandbox is closed" : "the sandbox's process was killed";
  return new TroupeError("SANDBOX_FAILED", message, { hint: "Open a new one." });
}
