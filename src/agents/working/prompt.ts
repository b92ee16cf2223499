/** A work package in words: what a model is told of its task. */
import { open } from "node:fs/promises";
import type { Place } from "../../events/agent/work.ts";
import type { Json } from "../../events/json.ts";
import type { WorkPackage } from "../../events/work.ts";
import { insideOf } from "../project-copy.ts";
import { redact } from "../redact.ts";

/** Bytes of one file that are shown, and of all. */
const FILE_BYTES = 32_768;
const ALL_BYTES = 131_072;

export interface Shown {
  /**
   * Files of the run and of the project are named as plans name them (`artifacts/a.md`), so that two
   * runs of one plan ask the same. Default: by their whole paths.
   */
  readonly place?: Place | undefined;
  /** Are left out of what files hold. */
  readonly secrets: readonly string[];
}

export async function promptOf(work: WorkPackage, shown: Shown): Promise<string> {
  const { title, description, goal, input, upstream, feedback, branch, criteria, outputs } = work;
  const parts = [
    `# ${title}`,
    description,
    section("The goal of it all", goal),
    section("What you are given", input === undefined ? undefined : fenced(input)),
    branch === undefined ? undefined : section("What failed", branch.diagnostics),
    section("What was done before", upstreamText(upstream)),
    delivered(work),
    tried(work),
    section("Files", await filesText(filesOf(work), shown)),
    section("What was wrong with what was delivered before", list(feedback)),
    section("It is good when", list(criteria)),
    section("Your answer is written to", list(outputs.map((path) => nameOf(path, shown)))),
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

function section(title: string, text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : `## ${title}\n\n${text}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function fenced(value: Json): string {
  return `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``;
}

function upstreamText(upstream: WorkPackage["upstream"]): string {
  return Object.entries(upstream)
    .map(([id, { status, summary, data }]) =>
      [`### ${id}: ${status}`, summary, data === undefined ? "" : fenced(data)]
        .filter((part) => part !== "")
        .join("\n\n"),
    )
    .join("\n\n");
}

function delivered({ delivered: what, purpose }: WorkPackage): string | undefined {
  if (what === undefined) return undefined;
  const title = purpose === "judge" ? "Judge this" : "What was delivered";
  const data = what.data === undefined ? "" : fenced(what.data);
  return section(title, [what.summary, data].filter((part) => part !== "").join("\n\n"));
}

/** What is to be done differently, and what is known of what was tried. */
function tried({ healing }: WorkPackage): string | undefined {
  if (healing === undefined) return undefined;
  const { instructions, failures, left } = healing;
  const parts = [
    instructions,
    list(failures.map(({ agent, strategy, failure }) => triedBy(agent, strategy) + failure.message)),
  ];
  if (left !== undefined) {
    const { summary, data, printed } = left;
    if (summary !== "") parts.push(`The last attempt said: ${summary}`);
    if (data !== undefined) parts.push(`Its data:\n\n${fenced(data)}`);
    if (printed !== "") parts.push(`It printed:\n\n\`\`\`\n${printed}\n\`\`\``);
  }
  return section("It was tried before, and failed", parts.join("\n\n"));
}

function triedBy(agent: string | undefined, strategy: string | undefined): string {
  const who = [agent, strategy?.replace("_", " ")].filter((word) => word !== undefined);
  return who.length === 0 ? "" : `${who.join(", ")}: `;
}

/** What it may rely on, and what was left by the attempts before where it is to know all. */
function filesOf({ reads, healing }: WorkPackage): readonly string[] {
  return [...new Set([...reads, ...(healing?.left?.outputs ?? [])])];
}

/** What stands in the files that it may rely on, as far as that is text. */
async function filesText(paths: readonly string[], shown: Shown): Promise<string> {
  const texts: string[] = [];
  let left = ALL_BYTES;
  for (const path of paths) {
    const text = await beginning(path, Math.min(FILE_BYTES, left));
    if (text === undefined) continue;
    left -= Buffer.byteLength(text);
    const name = nameOf(path, shown);
    texts.push(`### ${name}\n\n\`\`\`\n${redact(text, shown.secrets)}\n\`\`\``);
  }
  return texts.join("\n\n");
}

function nameOf(path: string, { place }: Shown): string {
  if (place === undefined) return path;
  const made = insideOf(place.artifacts, path);
  return made === undefined ? (insideOf(place.folder, path) ?? path) : `artifacts/${made}`;
}

/** Undefined where it cannot be read, or is no text: whoever needs the bytes has a tool for it. */
async function beginning(path: string, most: number): Promise<string | undefined> {
  if (most <= 0) return undefined;
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead));
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined; // a folder
  } finally {
    await file.close();
  }
}
