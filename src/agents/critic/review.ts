/**
 * The review of an artifact: a decision, and a file that says what to refine (S0-053, S0-054).
 *
 * - The decision comes from the percentage alone (T-C5); whether the text passed says more, and is
 *   told beside it.
 */
import { mkdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { TroupeError } from "../../errors.ts";
import { oneLine } from "../markdown.ts";
import { writeWhole } from "../whole-file.ts";
import type { Critique } from "./critique.ts";
import { actions, bullets, dimensionTable, percent } from "./feedback.ts";

/** What becomes of an artifact, and the state that it is in then. */
export type ReviewDecision =
  | { readonly decision: "APPROVE"; readonly status: "APPROVED" }
  | { readonly decision: "REQUEST REFINEMENT"; readonly status: "NEEDS_REFINEMENT" }
  | { readonly decision: "REQUEST MAJOR REVISION"; readonly status: "NEEDS_MAJOR_REVISION" };

/** S0-053. @param overall 0 to 1: 80 % and more approve, less than 60 % ask for a major revision. */
export function reviewDecision(overall: number): ReviewDecision {
  if (overall >= 0.8) return { decision: "APPROVE", status: "APPROVED" };
  if (overall >= 0.6) return { decision: "REQUEST REFINEMENT", status: "NEEDS_REFINEMENT" };
  return { decision: "REQUEST MAJOR REVISION", status: "NEEDS_MAJOR_REVISION" };
}

export interface ReviewOptions {
  /** Of the review: letters, digits, "_" and "-". */
  readonly id: string;
  /** The file that was judged. */
  readonly artifact: string;
  /** Default `"critic"`. */
  readonly reviewer?: string;
  /** The clock, in epoch ms. Default: the system's. */
  readonly now?: () => number;
}

/**
 * The review as Markdown.
 *
 * @throws {@link TroupeError} `INPUT_INVALID` for an id that is no file name.
 */
export function reviewReport(
  critique: Critique,
  { id, artifact, reviewer = "critic", now = Date.now }: ReviewOptions,
): string {
  checkId(id);
  const { overall, grade, passed, issues } = critique;
  const { decision, status } = reviewDecision(overall);
  const critical = issues.filter(({ priority }) => priority === "critical");
  const minor = issues.filter(({ priority }) => priority === "minor");
  const fields = [
    ["Artifact", oneLine(artifact)],
    ["Reviewer", oneLine(reviewer)],
    ["Date", new Date(now()).toISOString()],
    ["Decision", decision],
    ["Status", status],
    ["Overall Score", `${percent(overall)} (Grade ${grade})`],
    ["Passed", passed ? "yes" : "no"],
  ].map(([label, value]) => `- **${label}**: ${value}`);
  const parts = [
    [`# Review ${id}`, fields.join("\n")],
    ["## Dimensional Analysis", dimensionTable(critique)],
    ["## Critical Issues", critical.length === 0 ? "None." : bullets(critical, false)],
    ["## Recommended Improvements", minor.length === 0 ? "None." : bullets(minor, false)],
    ["## Refinement Instructions", ...instructions(critique, artifact)],
  ];
  return `${parts.flat().join("\n\n")}\n`;
}

/**
 * Writes the review to `feedback-ID.md`; a review of the same id is replaced.
 *
 * @param folder is made where it is missing. Default `"artifacts"`.
 * @returns the path of the file.
 * @throws {@link TroupeError} `FILE_NOT_WRITTEN`, `INPUT_INVALID`.
 */
export async function writeReview(
  critique: Critique,
  { folder = "artifacts", ...options }: ReviewOptions & { readonly folder?: string },
): Promise<string> {
  const text = reviewReport(critique, options);
  const path = join(folder, `feedback-${options.id}.md`);
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(path, (file) => file.writeFile(text));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TroupeError("FILE_NOT_WRITTEN", `the review "${path}" was not written: ${why}`, {
      hint: "Name a folder that you can write to.",
      data: { path },
      cause,
    });
  }
  return path;
}

function instructions({ passed, issues }: Critique, artifact: string): readonly string[] {
  const todo = issues.some(({ priority }) => priority !== "info");
  if (!todo) return ["Nothing is to be refined."];
  const target = `Write the refined text to \`artifacts/${nextVersion(artifact)}\`.`;
  return [passed ? "Optional:" : "Before it can pass:", actions(issues), target];
}

/** `guide.md` is refined as `guide-v2.md`, that as `guide-v3.md`. */
function nextVersion(artifact: string): string {
  const name = basename(artifact).replaceAll("`", "");
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  const [, base = stem, version = "1"] = /^(.+)-v(\d{1,9})$/.exec(stem) ?? [];
  return `${base}-v${Number(version) + 1}${extension}`;
}

function checkId(id: string): void {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return;
  throw new TroupeError("INPUT_INVALID", `"${id}" is not an id for a review`, {
    hint: 'Use up to 64 letters, digits, "_" and "-".',
    data: { id },
  });
}
