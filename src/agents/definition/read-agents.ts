/**
 * Agents that are described in Markdown files: front matter with their name, and their
 * instructions below it (S0-066).
 *
 *     ---
 *     name: critic
 *     description: Finds what is wrong with a text.
 *     tools: read_file, search
 *     model: inherit
 *     ---
 *     You are strict. …
 *
 * - All faults of all files are told at once, each with its file, line and column.
 */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { TroupeError } from "../../errors.ts";
import { faultLine, type PlacedFault } from "../../events/plan/document.ts";
import type { AnyAgent } from "./definition.ts";
import { agentInText, type InText, type ReadAgentsOptions } from "./in-text.ts";

/** The longest file, in bytes: its text goes along with each turn. */
const FILE_LIMIT = 1024 * 1024;

/** How many faults a message spells out; `data.faults` has all. */
const SHOWN = 25;

/**
 * The agents that the `*.md` files of a folder describe, by their names; a `README.md` is none.
 *
 * @throws {@link TroupeError} `AGENTS_NOT_FOUND`; `AGENT_INVALID` with every fault of every file.
 */
export async function readAgents(
  folder: string,
  options: ReadAgentsOptions = {},
): Promise<Readonly<Record<string, AnyAgent>>> {
  const { warn = (message) => process.emitWarning(message) } = options;
  const read = await Promise.all((await filesIn(folder)).map((file) => readFile(file, options)));
  const faults = read.flatMap(({ file, faults: own }) => own.map((fault) => ({ file, ...fault })));
  const all = [...faults, ...duplicates(read)];
  if (all.length > 0) throw invalid(folder, all);
  for (const { name, without = [] } of read)
    if (without.length > 0)
      warn(`the agent "${name}" works without ${without.join(", ")}: ${HAS_NONE}`);
  return Object.fromEntries(read.flatMap(({ agent }) => (agent ? [[agent.name, agent] as const] : [])));
}

const HAS_NONE = "no tools of these names were given";

/** One fault, and the file in which it stands. */
type FileFault = PlacedFault & { readonly file: string };

type ReadFile = InText & { readonly file: string };

async function readFile(file: string, options: ReadAgentsOptions): Promise<ReadFile> {
  const text = await textOf(file);
  if (typeof text !== "string") return { file, faults: [text] };
  return { file, ...agentInText(text, basename(file, ".md"), options) };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw notFound(folder, cause);
  });
  const files = entries
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.md$/.test(entry.name))
    .filter(({ name }) => name.toLowerCase() !== "readme.md")
    .map(({ name }) => join(folder, name))
    .toSorted();
  if (files.length === 0) throw notFound(folder);
  return files;
}

/** A file's text, or why it is none. */
async function textOf(file: string): Promise<string | PlacedFault> {
  const fault = (message: string): PlacedFault => ({ line: 1, column: 1, place: "", message });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream(file)) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      length += chunk.length;
      if (length > FILE_LIMIT) return fault(`it is longer than ${FILE_LIMIT / 1024} KiB`);
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    return text.includes("\0") ? fault("it holds a NUL character") : text;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return fault(code.includes("ENCODING") ? "it is no text in UTF-8" : `it cannot be read (${code})`);
  }
}

/** Names that two files have. */
function duplicates(files: readonly ReadFile[]): readonly FileFault[] {
  const named = files.filter(({ name }) => name !== undefined);
  return [...Map.groupBy(named, ({ name }) => name)].flatMap(([name, [first, ...others]]) =>
    others.map(({ file }) => ({
      file,
      line: 1,
      column: 1,
      place: "name",
      message: `the agent "${name}" is described in ${first?.file}, too`,
      hint: "Give one of them another name.",
    })),
  );
}

function invalid(folder: string, faults: readonly FileFault[]): TroupeError {
  const sorted = faults.toSorted(
    (a, b) =>
      Number(a.file > b.file) - Number(a.file < b.file) || a.line - b.line || a.column - b.column,
  );
  const listed = sorted.slice(0, SHOWN).map((fault) => `\n  ${faultLine(fault.file, fault)}`);
  const more = sorted.length - SHOWN;
  const count = sorted.length === 1 ? "a fault" : `${sorted.length} faults`;
  return new TroupeError(
    "AGENT_INVALID",
    `the definitions of agents in "${folder}" have ${count}:${listed.join("")}${more > 0 ? `\n  and ${more} more` : ""}`,
    { hint: "Correct each place named above.", data: { folder, faults: sorted } },
  );
}

function notFound(folder: string, cause?: unknown): TroupeError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const why =
    cause === undefined
      ? "holds no definition of an agent"
      : (REASONS[code] ?? `cannot be read (${code})`);
  return new TroupeError("AGENTS_NOT_FOUND", `the folder "${folder}" ${why}`, {
    hint: "Name a folder with one Markdown file for each agent, called as the agent.",
    data: { folder },
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be read",
  ENOENT: "does not exist",
  ENOTDIR: "is a file",
};
