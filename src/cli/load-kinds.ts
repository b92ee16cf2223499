/** Kinds of a user's own program, from a module that exports them as `kinds`; and Troupe's own beside them. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { kindsByName, type AnyKind, type Kinds } from "../actors/kind.ts";
import { hostKinds } from "../agents/host-kinds.ts";
import { TroupeError } from "../errors.ts";
import { imported } from "./imported.ts";
import { moduleFault } from "./module-fault.ts";

/**
 * @param folder what a relative path starts from.
 * @throws {@link TroupeError} `USAGE` where the file is no module; `KIND_INVALID` where it exports no kinds.
 */
export async function loadKinds(file: string, folder: string): Promise<Kinds> {
  const called = `--kinds ${file}`;
  const kinds = await kindsOf(await loadModule(file, folder, called), { file, folder, called });
  if (kinds !== undefined) return kinds;
  throw new TroupeError("KIND_INVALID", `${file} exports no kinds`, {
    hint: "Export them: `export const kinds = [defineKind({ … })];`.",
  });
}

/** A module may throw as it is read, too: what it exports may be no plain objects. */
async function kindsOf(
  exported: Readonly<Record<string, unknown>>,
  module: Parameters<typeof moduleFault>[0],
): Promise<Kinds | undefined> {
  try {
    return kindsIn(exported);
  } catch (cause) {
    throw TroupeError.is(cause) ? cause : await moduleFault(module, cause);
  }
}

/**
 * What `--kinds` of a command comes to: the module's own kinds, and of Troupe's those whose names they do not take.
 *
 * @param file what the user named; undefined: Troupe's own alone.
 * @param plans what Troupe's own need to run.
 * @throws {@link TroupeError} as {@link loadKinds}.
 */
export async function kindsWith(
  { folder }: { readonly folder: string },
  file: string | undefined,
  plans?: Parameters<typeof hostKinds>[0],
): Promise<readonly AnyKind[]> {
  return kindsBeside(file === undefined ? undefined : await loadKinds(file, folder), hostKinds(plans));
}

function kindsBeside(own: Kinds | undefined, others: readonly AnyKind[]): readonly AnyKind[] {
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
    return Object(await imported(pathToFileURL(resolve(folder, file)).href, called));
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
