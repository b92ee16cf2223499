/**
 * The built-in agent `merge`: makes one Markdown file of what the branches of a parallel run
 * have written (S0-009, S0-010).
 *
 * - It copies line by line, so that a branch may have written more than fits into memory.
 * - The file is there as a whole or not at all.
 */
import { createReadStream } from "node:fs";
import { stat, type FileHandle } from "node:fs/promises";
import { createInterface } from "node:readline";
import { TroupeError } from "../errors.ts";
import type { WorkPackage, WorkResult, Upstream } from "../events/work.ts";
import { lowerHeadings, oneLine } from "./markdown.ts";
import { writeWhole } from "./whole-file.ts";

type Given = Pick<WorkPackage, "title" | "goal" | "upstream" | "outputs"> & {
  readonly signal?: AbortSignal;
};

/** @throws {@link TroupeError} `INPUT_INVALID` where the package names no output. */
export async function mergeAgent(work: Given): Promise<WorkResult> {
  const [output] = work.outputs;
  if (output === undefined)
    throw new TroupeError("INPUT_INVALID", 'the agent "merge" has no output to write to', {
      hint: "Name one path under the outputs of its task.",
    });
  const branches = Object.entries(work.upstream);
  const done = branches.filter(([, { status }]) => status === "COMPLETED");
  const missing = branches.filter(([, { status }]) => status !== "COMPLETED");
  await writeWhole(output, async (file) => {
    await writeHead(file, work, branches);
    for (const [task, upstream] of done)
      await writeBranch(file, { task, upstream, signal: work.signal });
    await writeStrategy(file, done, missing);
  });
  const share = shareOf(done.length, branches.length);
  return {
    summary: `merged ${done.length} of ${branches.length} branches (${share})`,
    data: {
      branches: branches.length,
      merged: done.map(([task]) => task),
      missing: missing.map(([task]) => task),
      successRate: Number(share.slice(0, -1)),
    },
  };
}

type Branch = readonly [task: string, upstream: Upstream];

async function writeHead(file: FileHandle, work: Given, branches: readonly Branch[]): Promise<void> {
  const lines = [`# ${oneLine(work.goal ?? work.title)}`, "", "## Summary", ""];
  for (const [task, { status, summary }] of branches)
    lines.push(`- **${task}** (${status})${summary === "" ? "" : `: ${oneLine(summary)}`}`);
  await file.write(`${lines.join("\n")}\n`);
}

interface Section {
  readonly task: string;
  readonly upstream: Upstream;
  readonly signal: AbortSignal | undefined;
}

async function writeBranch(file: FileHandle, section: Section): Promise<void> {
  const { task, upstream, signal } = section;
  await file.write(`\n## ${task}\n\n`);
  if (upstream.outputs.length === 0)
    await file.write(`${oneLine(upstream.summary) || "It left no output."}\n`);
  for (const path of upstream.outputs) {
    signal?.throwIfAborted();
    await copyText(file, path);
  }
}

/** Copies a text with its headings two levels further down; of anything else its path. */
async function copyText(to: FileHandle, path: string): Promise<void> {
  if (!(await isText(path))) {
    await to.write(`See \`${path}\`.\n`);
    return;
  }
  const text = lowerHeadings(2);
  let batch = "";
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    batch += `${text.line(line)}\n`;
    if (batch.length < BATCH) continue;
    await to.write(batch);
    batch = "";
  }
  await to.write(`${batch}${text.end()}`);
}

/** Characters that are written at once. */
const BATCH = 65_536;

/** Whether it is a file that begins like a text. */
async function isText(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  for await (const chunk of createReadStream(path, { end: 8_191 }))
    return Buffer.isBuffer(chunk) && !chunk.includes(0);
  return true;
}

async function writeStrategy(
  file: FileHandle,
  done: readonly Branch[],
  missing: readonly Branch[],
): Promise<void> {
  const all = done.length + missing.length;
  const lines = [
    "",
    "## Integration Strategy",
    "",
    `The outputs of the completed branches stand one after the other, in the order of the plan; nothing was left out or reworded. Success rate ${shareOf(done.length, all)}: ${done.length} of ${all} branches.`,
    "",
    ...(missing.length === 0
      ? ["No branch is missing."]
      : ["Missing branches:", "", ...missing.map(([task, upstream]) => missed(task, upstream))]),
  ];
  await file.write(`${lines.join("\n")}\n`);
}

function missed(task: string, { status, summary }: Upstream): string {
  return `- **${task}**: ${status}${summary === "" ? "" : `, ${oneLine(summary)}`}`;
}

/** T-P1, to one decimal. */
function shareOf(done: number, all: number): string {
  return `${all === 0 ? 0 : Math.round((1_000 * done) / all) / 10}%`;
}
