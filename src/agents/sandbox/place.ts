/**
 * The private folder of a sandbox: `work`, `tmp`, `shm`, and the few files of `/etc` that it sees.
 *
 * - Where it can, it is a file system in memory of exactly the size that is allowed, in a mount
 *   namespace that a waiting process holds: when that process ends, and it ends with its owner
 *   however that dies, all of it is gone.
 * - Else it is a folder on the host's disk, whose size is watched.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { lstat, mkdir, mkdtemp, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { SandboxLimits } from "./limits.ts";
import type { Meter } from "./meter.ts";
import { endNamed, leftBehind, ownName } from "./names.ts";

export interface Place extends AsyncDisposable {
  /** Nobody else's. */
  readonly name: string;
  /** As this process reaches it. */
  readonly root: string;
  /** As programs see it that are started through `enter`. */
  readonly seen: string;
  /** What a program is started through, and its arguments. */
  readonly enter: readonly string[];
  /** A file of the host's, for this process and what it starts only. */
  readonly notes: string;
  readonly disk: { readonly by: string; readonly weak: boolean };
  readonly meter: Meter;
  /** Bytes of memory that the files take. */
  filled(): Promise<number>;
  /** Whether it is still there. */
  stands(): boolean;
}

/** The programs that a place in memory is made with. */
export interface Tools {
  readonly bwrap: string;
  readonly nsenter: string;
}

/** @param tools without them, the place is a folder on the disk. */
export async function openPlace(limits: SandboxLimits, tools: Tools | undefined): Promise<Place> {
  for (const name of await leftBehind(await readdir(tmpdir()))) {
    await endNamed(name);
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
  const folder = await mkdtemp(join(tmpdir(), await ownName()));
  try {
    const mount = join(folder, "mount");
    await mkdir(mount);
    // the strength says which of the two it has become
    const held = tools && (await hold(mount, limits, tools).catch(() => undefined));
    const place = held === undefined ? onDisk(folder, mount, limits) : inMemory(folder, mount, held);
    await furnish(place.root);
    return place;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Held {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly nsenter: string;
}

function inMemory(folder: string, mount: string, { child, pid, nsenter }: Held): Place {
  const root = `/proc/${pid}/root${mount}`;
  const used = async () => {
    const found = await statfs(root).catch(() => undefined);
    if (found === undefined) return { bytes: 0, full: false };
    const { blocks, bfree, bsize } = found;
    return { bytes: (blocks - bfree) * bsize, full: bfree === 0 };
  };
  return {
    name: basename(folder),
    root,
    seen: mount,
    enter: [nsenter, ...entering(pid)],
    notes: join(folder, "notes"),
    disk: { by: "a file system of that size in memory", weak: false },
    meter: { read: async () => ((await used()).full ? [{ limit: "disk", stop: false }] : []) },
    filled: async () => (await used()).bytes,
    stands: () => isRunning(child),
    async [Symbol.asyncDispose]() {
      child.ref();
      const ended = once(child, "exit");
      if (isRunning(child) && child.kill("SIGKILL")) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function onDisk(folder: string, mount: string, { diskBytes }: SandboxLimits): Place {
  return {
    name: basename(folder),
    root: mount,
    seen: mount,
    enter: [],
    notes: join(folder, "notes"),
    disk: { by: "watching the folder", weak: true },
    meter: {
      read: async () => ((await sizeOf(mount)) > diskBytes ? [{ limit: "disk", stop: true }] : []),
    },
    filled: async () => 0,
    stands: () => true,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** How long entering may take before it counts as impossible, in milliseconds. */
const ENTER_MS = 10_000;

function entering(pid: number): readonly string[] {
  return [`--target=${pid}`, "--user", "--mount", "--preserve-credentials", "--"];
}

/** Constant text. It says its id, and waits until its input ends. */
const WAIT = "echo $$; read -r _";

/** Starts the process that holds the file system. */
async function hold(
  mount: string,
  { diskBytes }: SandboxLimits,
  { bwrap, nsenter }: Tools,
): Promise<Held> {
  const namespaces = ["--unshare-user", "--die-with-parent", "--dev-bind", "/", "/"];
  const size = ["--size", String(diskBytes), "--tmpfs", mount];
  const child = spawn(bwrap, [...namespaces, ...size, "--", "/bin/sh", "-c", WAIT], {
    cwd: "/",
    env: {},
    stdio: ["pipe", "pipe", "ignore"],
  });
  const told = Promise.withResolvers<number>();
  const fail = () => told.reject(new Error("it ended"));
  child.once("error", fail).once("close", fail);
  child.stdin.on("error", fail);
  createInterface({ input: child.stdout }).once("line", (line) => told.resolve(Number(line)));
  const pid = await told.promise;
  try {
    await promisify(execFile)(nsenter, [...entering(pid), "true"], { timeout: ENTER_MS });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  child.stdout.destroy();
  // a sandbox that somebody forgot does not keep the process alive
  child.unref();
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  return { child, pid, nsenter };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** A user without a name makes many programs stumble. */
const ETC: Readonly<Record<string, string>> = {
  passwd: "root:x:0:0:root:/:/bin/false\nsandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n",
  group: "root:x:0:\nsandbox:x:1000:\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
};

async function furnish(root: string): Promise<void> {
  for (const name of ["work", "tmp", "shm", "etc"]) await mkdir(join(root, name), { mode: 0o700 });
  for (const [name, text] of Object.entries(ETC)) await writeFile(join(root, "etc", name), text);
}

/** What `lstat` counts blocks in, whatever the file system. */
const BLOCK = 512;

/** Bytes on the disk below a folder; what goes away meanwhile does not count. */
async function sizeOf(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await sizeOf(path);
    else sum += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * BLOCK;
  }
  return sum;
}
