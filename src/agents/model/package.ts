/** Packages that are installed only where they are wanted: optional peers, and providers of models. */
import { TroupeError } from "../../errors.ts";

/** Imports a package by its name. */
export type Import = (name: string) => Promise<unknown>;

/** The running process's own import. */
export const importPackage: Import = (name) => import(name);

/**
 * Imports a package that may be missing.
 *
 * @param why what needs it, for the message: `models of the AI SDK`.
 * @throws {@link TroupeError} `PACKAGE_MISSING`; what the package itself throws stays as it is.
 */
export async function optional<T>(name: string, why: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error, name)) throw missing(name, why);
    throw error;
  }
}

/** Not where the package is there, and one that it needs is not. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes(`'${name}'`);
}

function missing(name: string, why: string): TroupeError {
  return new TroupeError("PACKAGE_MISSING", `the package "${name}" is not installed: ${why} need it`, {
    hint: `Run \`npm install ${name}\`, then try again.`,
    data: { package: name },
  });
}
