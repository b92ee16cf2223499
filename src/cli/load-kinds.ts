/** Kinds of a user's own program, from a module that exports them as `kinds`. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { kindsByName, type AnyKind, type Kinds } from "../actors/kind.ts";
import { TroupeError } from "../errors.ts";
import { moduleFault } from "./module-fault.ts";

/**
 * @param folder what a relative path starts from.
 * @throws {@link TroupeError} `USAGE` where the file is no module; `KIND_INVALID` where it exports no kinds.
 */
export async function loadKinds(file: string, folder: string): Promise<Kinds> {
  const kinds = kindsIn(await loadModule(file, folder, `--kinds ${file}`));
  if (kinds !== undefined) return kinds;
  throw new TroupeError("KIND_INVALID", `${file} exports no kinds`, {
    hint: "Export them: `export const kinds = [defineKind({ … })];`.",
  });
}

/** These kinds, and of others those whose names they do not take. */
export function kindsBeside(own: Kinds | undefined, others: readonly AnyKind[]): readonly AnyKind[] {
  return [...(own?.values() ?? []), ...others.filter(({ kind }) => own?.has(kind) !== true)];
}

/**
 * What a module exports.
 *
 * @param called how the user named it.
 * @throws {@link TroupeError} `USAGE` with file and line.
 */
export async function loadModule(
  file: string,
  folder: string,
  called = file,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const module: unknown = await import(pathToFileURL(resolve(folder, file)).href);
    return Object(module);
  } catch (cause) {
    throw await moduleFault({ file, folder, called }, cause);
  }
}

/** The kinds among what a module exports; undefined if it exports none. */
export function kindsIn({ kinds }: Readonly<Record<string, unknown>>): Kinds | undefined {
  return Array.isArray(kinds) && kinds.length > 0 && kinds.every(isKind)
    ? kindsByName(kinds)
    : undefined;
}

function isKind(value: unknown): value is AnyKind {
  const { kind, version, machine, events } = Object(value) as Partial<AnyKind>; // whatever it is
  const named = typeof kind === "string" && typeof version === "string";
  const steps = typeof Object(machine).transition === "function";
  return named && steps && typeof Object(events).safeParse === "function";
}
