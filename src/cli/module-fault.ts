/**
 * Why a user's module cannot be loaded: which file, which line, and what to do.
 *
 * - Node says of a mistake in the syntax of JavaScript what it is, but not where: the file is checked once more.
 */
import { execFile } from "node:child_process";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { TroupeError } from "../errors.ts";

/** Where Troupe's own code lies: what throws there was called from somewhere. */
const OWN = dirname(import.meta.dirname);

interface Module {
  /** As the user named it. */
  readonly file: string;
  /** What a relative path starts from. */
  readonly folder: string;
  /** How an error names it, e.g. `--kinds FILE`. */
  readonly called: string;
}

/** @param cause what its import threw. */
export async function moduleFault(module: Module, cause: unknown): Promise<TroupeError> {
  const code = codeOf(cause);
  if (code === "ERR_MODULE_NOT_FOUND" || code.startsWith("ERR_UNSUPPORTED_DIR"))
    return fault(module, cause, notFound(module, cause));
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") return fault(module, cause, { hint: NAME_ONE });
  if (!(cause instanceof SyntaxError)) return fault(module, cause, thrown(module, cause));
  const place = placeIn(module, cause) ?? (await checked(module));
  return fault(module, cause, { at: place, hint: syntaxHint(code, place) });
}

function syntaxHint(code: string, place: string | undefined): string {
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX")
    return "Use only types that can be left out (no enum, no namespace), or name the module that it is built to.";
  if (place !== undefined) return "Mend what stands there.";
  return "Mend the syntax of what it imports: `node --check FILE` says the line.";
}

const NAME_ONE = "Name a JavaScript or TypeScript module.";

interface Said {
  readonly at?: string | undefined;
  readonly hint: string;
}

function fault({ called }: Module, cause: unknown, { at, hint }: Said): TroupeError {
  const where = at === undefined ? "" : ` (${at})`;
  const data = at === undefined ? {} : { at };
  return new TroupeError("USAGE", `${called} cannot be loaded: ${messageOf(cause)}${where}`, {
    hint,
    data,
    cause,
  });
}

/** The module itself, or one that it imports. */
function notFound(module: Module, cause: unknown): Said {
  const path = resolve(module.folder, module.file);
  if (messageOf(cause).includes(`'${path}'`)) return { hint: NAME_ONE };
  return { hint: "Install what it imports, or mend the path of the import." };
}

function thrown(module: Module, cause: unknown): Said {
  const own = TroupeError.is(cause) ? cause.hint : undefined;
  return {
    at: placeIn(module, cause),
    hint: own ?? "Mend what it does as it is loaded: it is to export, and to start nothing.",
  };
}

/** The first line of a stack may say where; else the first frame that is neither Node's nor Troupe's. */
function placeIn(module: Module, cause: unknown): string | undefined {
  if (!(cause instanceof Error) || cause.stack === undefined) return undefined;
  const [first = "", ...rest] = cause.stack.split("\n");
  const head = /^((?:file:\/\/)?\/.+?|[A-Z]:\\.+?):(\d+)$/.exec(first);
  const frames = rest.map((line) =>
    /^ +at (?:.* \()?(?:async )?((?:file:\/\/)?[^()]+?):(\d+):\d+\)?$/.exec(line),
  );
  for (const [, file = "", line = ""] of [head, ...frames].filter((found) => found !== null)) {
    const path = pathOf(file);
    if (path !== undefined && !isOthers(path)) return `${shortened(module, path)}:${line}`;
  }
  return undefined;
}

function pathOf(file: string): string | undefined {
  if (file.startsWith("file://")) return fileURLToPath(file);
  return isAbsolute(file) ? file : undefined;
}

function isOthers(path: string): boolean {
  return /[/\\]node_modules[/\\]/.test(path) || !relative(OWN, path).startsWith("..");
}

function shortened({ folder }: Module, path: string): string {
  const short = relative(folder, path);
  return short.startsWith("..") ? path : short;
}

/** Where the syntax of the module is wrong; undefined where it is not: then it is in one that it imports. */
async function checked(module: Module): Promise<string | undefined> {
  const path = resolve(module.folder, module.file);
  const said = await new Promise<string>((done) => {
    execFile(process.execPath, ["--check", path], { timeout: 10_000 }, (_, __, stderr) => done(stderr));
  });
  const [, file, line] = /^(.+):(\d+)$/m.exec(said) ?? [];
  if (file === undefined || line === undefined) return undefined;
  return `${shortened(module, pathOf(file) ?? file)}:${line}`;
}

function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  return typeof code === "string" ? code : "";
}

/** What was thrown may be anything, also what is no text. */
function messageOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  return typeof cause === "object" && cause !== null
    ? inspect(cause, { breakLength: Infinity })
    : String(cause);
}
