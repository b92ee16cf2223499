/**
 * The keys of roles, and their place in a server's configuration.
 *
 * - 1. A key that is there stays, unless other ones are asked for: what lacks is made.
 * - 2. Seeds are in files that only their owner may read, and nowhere else; the configuration
 *      has the public keys only, and is written last and whole.
 * - 3. Each account's part lies between two lines of its own: all else in the file stays as it is.
 */
import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWhole } from "../../agents/whole-file.ts";
import { TroupeError } from "../../errors.ts";
import { newSeed, publicKeyIn } from "../../events/log/jetstream/login.ts";
import { accountsText, ROLES, type Grant, type Role } from "./roles.ts";

/** The configuration that the package hands out. */
export const HANDED_OUT = join(import.meta.dirname, "..", "..", "..", "nats.conf");

const HERE = "# roles: troupe nats keys writes here";

export interface Key {
  readonly role: Role;
  readonly file: string;
  readonly publicKey: string;
  readonly made: boolean;
}

/**
 * The keys of all roles in a folder; those that lack are made.
 *
 * @param options.force make all of them anew: whoever has the old ones is locked out.
 * @throws {@link TroupeError} `FILE_NOT_WRITTEN`; `KEY_INVALID` for a file that holds none.
 */
export async function keysIn(
  folder: string,
  { force }: { readonly force: boolean },
): Promise<readonly Key[]> {
  await writing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  const keys: Key[] = [];
  for (const role of ROLES) {
    const file = join(folder, `${role}.nk`);
    const made = await makeKey(file, force);
    keys.push({ role, file, publicKey: await publicKeyIn(file), made });
  }
  return keys;
}

/** @returns false where it is there already. */
async function makeKey(file: string, force: boolean): Promise<boolean> {
  const flags = { mode: 0o600, flag: "wx" };
  return writing(file, async () => {
    if (force) {
      await writeFile(`${file}.new`, `${newSeed()}\n`, { ...flags, flag: "w" });
      await chmod(`${file}.new`, 0o600);
      await rename(`${file}.new`, file);
      return true;
    }
    try {
      await writeFile(file, `${newSeed()}\n`, flags);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    }
  });
}

/**
 * Writes the roles of an account into a configuration, which is copied from the package's where
 * it is missing.
 *
 * @returns false where they stand there already.
 * @throws {@link TroupeError} `INPUT_INVALID` where the file has no place for them; `FILE_NOT_WRITTEN`.
 */
export async function fillIn(conf: string, grant: Grant): Promise<boolean> {
  await writing(conf, async () => {
    await mkdir(dirname(conf), { recursive: true });
    await copyFile(HANDED_OUT, conf, constants.COPYFILE_EXCL).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  });
  const text = await readFile(conf, "utf8");
  const filled = filledIn(text, grant);
  if (filled === undefined)
    throw new TroupeError("INPUT_INVALID", `"${conf}" has no place for accounts`, {
      hint: `Write a block "accounts { }" with the line "${HERE}" into it, or name another file with --conf.`,
      data: { path: conf },
    });
  if (filled !== text)
    await writing(conf, () => writeWhole(conf, async (file) => void (await file.write(filled))));
  return filled !== text;
}

/** The configuration with the roles of an account, in place of those that it had. */
function filledIn(text: string, grant: Grant): string | undefined {
  const [first, last] = [`  # >>> ${grant.account}\n`, `  # <<< ${grant.account}\n`];
  const lines = accountsText(grant).split("\n");
  const block = [first, ...lines.map((line) => `  ${line}\n`), last].join("");
  const [from, to] = [text.indexOf(first), text.indexOf(last)];
  if (from >= 0 && to > from) return text.slice(0, from) + block + text.slice(to + last.length);
  const at = text.indexOf(`  ${HERE}\n`);
  return at < 0 ? undefined : text.slice(0, at) + block + text.slice(at);
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new TroupeError("FILE_NOT_WRITTEN", `"${path}" cannot be written: ${why}`, {
      hint: "Mind the folder you are in, its permissions and its space.",
      data: { path },
      cause,
    });
  }
}
