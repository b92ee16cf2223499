/**
 * Bounds on processor, memory and number of processes by Linux control groups (version 2, else 1),
 * where this process may make some.
 *
 * - A command enters before it starts, so all its descendants are inside, wherever they hide.
 * - The groups are removed with the sandbox; what still runs in them is killed.
 */
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxLimits } from "./limits.ts";
import type { Meter, Over } from "./meter.ts";
import { leftBehind } from "./names.ts";

export type Controller = "cpu" | "memory" | "pids";

export interface ControlGroups extends AsyncDisposable {
  /** How each limit is enforced; one that is missing is not. */
  readonly by: ReadonlyMap<Controller, string>;
  /** The files by which a process enters: it writes its id into each. */
  readonly doors: readonly string[];
  /** Of what a command meets from now on. */
  meter(): Promise<Meter>;
  /** Ends all that runs inside. */
  kill(): Promise<void>;
}

interface Group {
  readonly version: 1 | 2;
  readonly folder: string;
  readonly controllers: readonly Controller[];
}

const CONTROLLERS = ["cpu", "memory", "pids"] as const;

const PERIOD_US = 100_000;

/** What Linux tells this process of control groups. */
export interface Told {
  /** `/proc/self/mounts`. */
  readonly mounts: string;
  /** `/proc/self/cgroup`. */
  readonly own: string;
}

/**
 * @param name of the groups; nobody else's has it.
 * @param told Default: what Linux tells now.
 */
export async function openControlGroups(
  name: string,
  limits: SandboxLimits,
  told?: Told,
): Promise<ControlGroups> {
  const groups = await makeGroups(name, limits, told ?? (await asked()));
  const kill = async (): Promise<void> => {
    for (const { folder } of groups) await emptyGroup(folder);
  };
  return {
    by: new Map(
      groups.flatMap(({ version, controllers }) =>
        controllers.map((one) => [one, `control group, version ${version}`] as const),
      ),
    ),
    doors: groups.map(({ folder }) => join(folder, "cgroup.procs")),
    async meter() {
      const before = await Promise.all(groups.map(countersOf));
      return {
        async read() {
          const now = await Promise.all(groups.map(countersOf));
          return now.flatMap((counters, index) => overOf(counters, before[index] ?? {}));
        },
      };
    },
    kill,
    async [Symbol.asyncDispose]() {
      await Promise.all(groups.map(({ folder }) => removeGroup(folder)));
    },
  };
}

async function asked(): Promise<Told> {
  const mounts = await readFile("/proc/self/mounts", "utf8").catch(() => "");
  const own = await readFile("/proc/self/cgroup", "utf8").catch(() => "");
  return { mounts, own };
}

async function makeGroups(
  name: string,
  limits: SandboxLimits,
  { mounts, own }: Told,
): Promise<readonly Group[]> {
  const groups: Group[] = [];
  for (const { version, parent, controllers } of [
    ...(await unified(mounts, own)),
    ...split(mounts, own),
  ]) {
    const wanted = controllers.filter((one) => !groups.some((made) => made.controllers.includes(one)));
    if (wanted.length === 0) continue;
    for (const left of await leftBehind(await readdir(parent).catch(() => [])))
      await removeGroup(join(parent, left));
    const group = { version, folder: join(parent, name), controllers: wanted };
    if (await makeGroup(group, limits)) groups.push(group);
  }
  return groups;
}

async function makeGroup(group: Group, limits: SandboxLimits): Promise<boolean> {
  try {
    await mkdir(group.folder);
  } catch {
    return false;
  }
  try {
    for (const controller of group.controllers)
      for (const { file, value, needed } of boundsOf(group.version, controller, limits))
        await writeFile(join(group.folder, file), value).catch((error: unknown) => {
          if (needed) throw error;
        });
    return true;
  } catch {
    await rmdir(group.folder).catch(() => undefined);
    return false;
  }
}

interface Parent {
  readonly version: 1 | 2;
  readonly parent: string;
  readonly controllers: readonly Controller[];
}

/** Version 2: from the own group upwards, those that hand controllers down. */
async function unified(mounts: string, own: string): Promise<readonly Parent[]> {
  const root = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  const path = /^0::(\S*)$/m.exec(own)?.[1];
  if (root === undefined || path === undefined) return [];
  const parents: Parent[] = [];
  for (let at = join(root, path); at.startsWith(root) && at !== "/"; at = dirname(at)) {
    const text = await readFile(join(at, "cgroup.subtree_control"), "utf8").catch(() => "");
    const given = new Set(text.trim().split(" "));
    const controllers = CONTROLLERS.filter((one) => given.has(one));
    if (controllers.length > 0) parents.push({ version: 2, parent: at, controllers });
  }
  return parents;
}

/** Version 1: a hierarchy for each controller; below the own group, else below the root that is seen. */
function split(mounts: string, own: string): readonly Parent[] {
  return CONTROLLERS.flatMap((controller) => {
    const mounted = [...mounts.matchAll(/^\S+ (\S+) cgroup (\S+) /gm)].find(([, , options = ""]) =>
      options.split(",").includes(controller),
    );
    const root = mounted?.[1];
    if (root === undefined) return [];
    const line = own.split("\n").find((text) => text.split(":")[1]?.split(",").includes(controller));
    const path = line?.split(":").slice(2).join(":") ?? "/";
    return [...new Set([join(root, path), root])].map((parent): Parent => {
      return { version: 1, parent, controllers: [controller] };
    });
  });
}

interface Bound {
  readonly file: string;
  readonly value: string;
  /** Whether there is no bound without it: kernels differ in what they offer besides. */
  readonly needed: boolean;
}

function boundsOf(version: 1 | 2, controller: Controller, limits: SandboxLimits): readonly Bound[] {
  const quota = Math.max(1_000, Math.round(limits.cpus * PERIOD_US));
  const memory = String(limits.memoryBytes);
  // the sandbox's own two processes are not the command's
  const pids = [{ file: "pids.max", value: String(limits.pids + 2), needed: true }];
  if (version === 2)
    return {
      cpu: [{ file: "cpu.max", value: `${quota} ${PERIOD_US}`, needed: true }],
      memory: [
        { file: "memory.max", value: memory, needed: true },
        { file: "memory.swap.max", value: "0", needed: false },
        { file: "memory.oom.group", value: "1", needed: false },
      ],
      pids,
    }[controller];
  return {
    cpu: [
      { file: "cpu.cfs_period_us", value: String(PERIOD_US), needed: true },
      { file: "cpu.cfs_quota_us", value: String(quota), needed: true },
    ],
    memory: [
      { file: "memory.limit_in_bytes", value: memory, needed: true },
      { file: "memory.memsw.limit_in_bytes", value: memory, needed: false },
    ],
    pids,
  }[controller];
}

type Counters = Readonly<Record<string, number>>;

/** How often each limit was met since the group began. */
async function countersOf({ folder, version }: Group): Promise<Counters> {
  const files = ["cpu.stat", version === 2 ? "memory.events" : "memory.oom_control", "pids.events"];
  const texts = await Promise.all(
    files.map((file) => readFile(join(folder, file), "utf8").catch(() => "")),
  );
  const [cpu = "", memory = "", pids = ""] = texts;
  return {
    periods: numberIn(cpu, "nr_periods"),
    throttled: numberIn(cpu, "nr_throttled"),
    killed: numberIn(memory, "oom_kill"),
    refused: numberIn(pids, "max"),
  };
}

/** A command that has to wait in now and then a period is an ordinary one. */
const CPU_PERIODS = 5;

function overOf(now: Counters, before: Counters): readonly Over[] {
  const grown = (name: string): number => (now[name] ?? 0) - (before[name] ?? 0);
  const found: Over[] = [];
  if (grown("killed") > 0) found.push({ limit: "memory", stop: true });
  if (grown("refused") > 0) found.push({ limit: "pids", stop: false });
  if (grown("throttled") >= CPU_PERIODS && grown("throttled") * 2 > grown("periods"))
    found.push({ limit: "cpu", stop: false });
  return found;
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

async function emptyGroup(folder: string): Promise<void> {
  const text = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
  for (const pid of text
    .split("\n")
    .map(Number)
    .filter((one) => one > 0))
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it ended by itself
    }
}

async function removeGroup(folder: string): Promise<void> {
  await emptyGroup(folder);
  // the dead stay inside until somebody buries them, which the first process of a machine does at leisure
  for (let left = 300; left > 0 && !(await gone(folder)); left--) await sleep(10);
}

async function gone(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT",
  );
}
