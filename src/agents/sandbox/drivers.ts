/** The ways to hold a command in: bubblewrap, or, when asked for by name, nothing. */
import { symlink, writeFile, mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { wordsOf } from "../thrown.ts";
import { runCommand } from "../command.ts";
import type { Environment } from "../environment.ts";
import { bubblewrapOptions } from "./bubblewrap.ts";
import { partsOf } from "./copy-in.ts";
import { NAMED } from "./names.ts";
import type { Place } from "./place.ts";
import type { SandboxCommand, Sandbox } from "./sandbox.ts";

export interface Driver {
  readonly name: Sandbox["driver"];
  /** What is to be started on the host for a command. */
  prepare(command: SandboxCommand): Promise<Prepared>;
  /** Whether this is all that is said where the command is no program. */
  saysNotFound(program: string, said: string): boolean;
}

interface Prepared {
  readonly argv: readonly string[];
  /** The folder that it starts in, and its whole environment, on the host. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** A file that it finds as its file 9. */
  readonly notes?: string;
}

/** @param bwrap the program. */
export async function bubblewrapDriver(
  place: Place,
  mounts: Readonly<Record<string, string>>,
  bwrap: string,
): Promise<Driver> {
  const strict = await forbidsUserNamespaces(bwrap);
  return {
    name: "bubblewrap",
    async prepare({ argv, env = {}, folder }) {
      const options = await bubblewrapOptions({
        place: place.seen,
        folder: folder === undefined ? "" : join(...partsOf(folder)),
        env,
        mounts,
        strict,
      });
      // each option ends in a zero byte, so that none can pass for two
      await writeFile(place.notes, options.map((one) => `${one.replaceAll("\0", "")}\0`).join(""), {
        mode: 0o600,
      });
      return {
        argv: [...place.enter, bwrap, NAMED, place.name, "--args", "9", "--", ...argv],
        folder: "/",
        env: {},
        notes: place.notes,
      };
    },
    saysNotFound: (program, said) => said.startsWith(`bwrap: execvp ${program}: `) && isLine(said),
  };
}

/** A folder of its own, an environment of its own, and all rights of this process. */
export async function unsandboxedDriver(
  place: Place,
  mounts: Readonly<Record<string, string>>,
  host: Environment,
): Promise<Driver> {
  const work = join(place.seen, "work");
  const home = join(place.seen, "tmp");
  for (const [to, from] of Object.entries(mounts)) {
    const at = join(work, ...partsOf(to));
    await mkdir(dirname(at), { recursive: true });
    await symlink(from, at);
  }
  const path = [dirname(process.execPath), host["PATH"] ?? "/usr/bin:/bin"].join(delimiter);
  const base = { PATH: path, HOME: home, TMPDIR: home, LANG: host["LANG"] ?? "C.UTF-8" };
  return {
    name: "unsandboxed",
    prepare: async ({ argv, env = {}, folder }) => ({
      argv,
      folder: folder === undefined ? work : join(work, ...partsOf(folder)),
      env: { ...base, ...env },
    }),
    saysNotFound: (program, said) =>
      /^(sh|taskset): /.test(said) && said.includes(program) && isLine(said),
  };
}

async function forbidsUserNamespaces(bwrap: string): Promise<boolean> {
  const command = { argv: [bwrap, "--help"], folder: "/", env: {}, passEnv: [], timeoutMs: 10_000 };
  const said = await runCommand(command, { env: {} }).catch((error: unknown) => ({
    stdout: wordsOf(error),
  }));
  return said.stdout.includes("--disable-userns");
}

function isLine(text: string): boolean {
  return /^.*\n?$/.test(text);
}
