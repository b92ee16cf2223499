/** Kinds of a user's own program, from a module that exports them as `kinds`. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { kindsByName, type AnyKind, type Kinds } from "../actors/kind.ts";
import { TroupeError } from "../errors.ts";

/**
 * @param folder what a relative path starts from.
 * @throws {@link TroupeError} `USAGE` where the file is no module; `KIND_INVALID` where it exports no kinds.
 */
export async function loadKinds(file: string, folder: string): Promise<Kinds> {
  const module: unknown = await import(pathToFileURL(resolve(folder, file)).href).catch(
    (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TroupeError("USAGE", `--kinds ${file} cannot be loaded: ${why}`, {
        hint: "Name a JavaScript or TypeScript module.",
        cause,
      });
    },
  );
  const kinds: unknown = Object(module).kinds;
  if (Array.isArray(kinds) && kinds.length > 0 && kinds.every(isKind)) return kindsByName(kinds);
  throw new TroupeError("KIND_INVALID", `${file} exports no kinds`, {
    hint: "Export them: `export const kinds = [defineKind({ … })];`.",
  });
}

function isKind(value: unknown): value is AnyKind {
  const { kind, version, machine, events } = Object(value) as Partial<AnyKind>; // whatever it is
  const named = typeof kind === "string" && typeof version === "string";
  const steps = typeof Object(machine).transition === "function";
  return named && steps && typeof Object(events).safeParse === "function";
}
