/**
 * What bubblewrap is asked for: a view of this machine with nothing of its user's in it.
 *
 * - No network, no other process, no capability, no further user namespace; all but the private
 *   folders is read only.
 * - Of the host: its programs and libraries (`/usr` and its kin), what they need of `/etc`, the
 *   Node that runs Troupe, and what was mounted on purpose.
 * - The environment is exactly what is given; it goes through a file, as others may read a
 *   command line.
 */
import { access, constants, lstat, readlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { TroupeError } from "../../errors.ts";
import type { Environment } from "../environment.ts";

export interface View {
  /** The private folder, as bubblewrap sees it. */
  readonly place: string;
  /** Where the command starts, below the work folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Paths in the work folder, and what of the host is seen there, read only. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Whether it knows how to forbid user namespaces inside: from version 0.8. */
  readonly strict: boolean;
}

/** Programs and libraries; where one is a link, it is one inside. */
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** What programs need to start: nothing of it is secret. */
const ETC = ["alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "ssl/certs"];

const NODE = "/opt/troupe/bin/node";

const PATH = "/opt/troupe/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/** What a command has in its environment when nothing is given. */
const ENVIRONMENT = { PATH, HOME: "/tmp", TMPDIR: "/tmp", USER: "sandbox", LANG: "C.UTF-8" };

/** The options of bubblewrap, without the command. */
export async function bubblewrapOptions(view: View): Promise<readonly string[]> {
  const { place, folder, env, mounts, strict } = view;
  const system = await Promise.all(SYSTEM.map(systemFolder));
  const own = ["passwd", "group", "hosts", "nsswitch.conf"];
  const options: readonly (readonly string[])[] = [
    ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"],
    strict ? ["--disable-userns"] : [],
    ["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"],
    ...system,
    ...ETC.map((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...own.map((name) => ["--ro-bind", join(place, "etc", name), `/etc/${name}`]),
    ["--ro-bind", process.execPath, NODE],
    ["--proc", "/proc"],
    // to the kernel the commands of root are root's, who may write these without any capability
    ...["/proc/sys", "/proc/sysrq-trigger"].map((path) => ["--ro-bind-try", path, path]),
    ["--dev", "/dev", "--bind", join(place, "shm"), "/dev/shm"],
    ["--bind", join(place, "work"), "/work", "--bind", join(place, "tmp"), "/tmp"],
    ...Object.entries(mounts).map(([to, from]) => ["--ro-bind", from, join("/work", to)]),
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--chdir", join("/work", folder), "--clearenv"],
    ...Object.entries({ ...ENVIRONMENT, ...env }).map(([name, value]) => ["--setenv", name, value]),
  ];
  return options.flat();
}

/** @throws {@link TroupeError} `SANDBOX_UNAVAILABLE` where there is none. */
export async function findBubblewrap(env: Environment): Promise<string> {
  if (process.platform !== "linux")
    throw missing("platform", `bubblewrap is for Linux, this is ${process.platform}`, "Use Linux.");
  const named = env["TROUPE_BWRAP"];
  if (named === undefined || named === "") {
    const found = await findProgram("bwrap", env);
    if (found !== undefined) return found;
    throw missing(
      "missing",
      "bubblewrap (bwrap) was not found",
      "Install it: `apt-get install bubblewrap`.",
    );
  }
  if (await isProgram(named)) return named;
  throw missing(
    "missing",
    `TROUPE_BWRAP names "${named}", which is no program`,
    "Correct or unset it.",
  );
}

/** The file of a program on the PATH, or where the system has its own. */
export async function findProgram(name: string, env: Environment): Promise<string | undefined> {
  // the PATH of a daemon may be short
  const folders = [...(env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/sbin", "/bin", "/sbin"];
  for (const folder of folders.filter((part) => part.startsWith("/")))
    if (await isProgram(join(folder, name))) return join(folder, name);
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Why there is no sandbox on this machine, told apart by what bubblewrap says. */
export function unavailable(said: string): TroupeError {
  const [reason, message, hint] = whyNot(said);
  return missing(reason, message, hint);
}

function missing(reason: string, message: string, hint: string): TroupeError {
  return new TroupeError("SANDBOX_UNAVAILABLE", message, {
    hint: `${hint} To run without a sandbox, say so: driver "unsandboxed".`,
    data: { reason },
  });
}

function whyNot(said: string): readonly [reason: string, message: string, hint: string] {
  if (/mount proc/i.test(said))
    return [
      "proc",
      "bubblewrap may not mount /proc here; a container that hides parts of /proc forbids it",
      "Start the container with `--security-opt systempaths=unconfined`, or use the host.",
    ];
  if (/namespace|uid.?map|RTM_NEWADDR|loopback/i.test(said))
    return [
      "namespaces",
      `this machine forbids user namespaces: ${said}`,
      "Allow them (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0, in Docker a seccomp profile that lets them pass).",
    ];
  return ["failed", `bubblewrap does not work here: ${said}`, "Look at what it says."];
}

async function systemFolder(path: string): Promise<readonly string[]> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isSymbolicLink()) return ["--symlink", await readlink(path), path];
  return ["--ro-bind", path, path];
}
