/** Completeness: what was asked for is there. */
import { TroupeError } from "../../errors.ts";
import type { MarkdownDocument } from "./document.ts";
import { THRESHOLDS, type Validator } from "./validator.ts";

/**
 * S0-045: the share of the requirements whose words stand in the text.
 *
 * - Case does not matter, nor does how many spaces or which single line end separate the words.
 * - Whole words only: but where a requirement itself begins or ends in something else, as "C++"
 *   does, anything may stand there (T-C4).
 *
 * @throws {@link TroupeError} `INPUT_INVALID` for a requirement without a word in it.
 */
export function completeness(requirements: readonly string[]): Validator {
  const wanted = requirements.map((text, index) => ({ text, needle: needleOf(text, index) }));
  return {
    name: "completeness",
    threshold: THRESHOLDS.completeness,
    check(document) {
      const text = searchable(document);
      const missing = wanted.filter(({ needle }) => !holds(text, needle));
      const covered = wanted.length - missing.length;
      return {
        score: wanted.length === 0 ? 1 : covered / wanted.length,
        issues: missing.map((one) => `Missing requirement: ${one.text}`),
        facts: { coverage: `${covered}/${wanted.length} requirements covered` },
      };
    },
  };
}

function needleOf(requirement: string, index: number): string {
  const needle = folded(requirement).trim();
  if (needle !== "") return needle;
  throw new TroupeError("INPUT_INVALID", `requirements[${index}] is empty`, {
    hint: "Write what must be in the text, or leave it out.",
    data: { index },
  });
}

/** The text as it was written, and as it reads: "**Basic** Usage" is both. */
function searchable({ content, passages }: MarkdownDocument): string {
  return [content, ...passages.map(({ text }) => text)].map(folded).join("\n");
}

/** A paragraph's end stays one: no requirement goes across it. */
function folded(text: string): string {
  return text
    .replace(/\s+/g, (space) => (/\n\s*\n/.test(space) ? "\n" : " "))
    .normalize("NFC")
    .toLowerCase();
}

const BEGINS = /^[\p{L}\p{M}\p{N}_]/u;
const ENDS = /[\p{L}\p{M}\p{N}_]$/u;

function holds(text: string, needle: string): boolean {
  const opens = BEGINS.test(needle);
  const closes = ENDS.test(needle);
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    // two units: a letter may take both
    const before = opens && ENDS.test(text.slice(Math.max(0, at - 2), at));
    const behind = closes && BEGINS.test(text.slice(end, end + 2));
    if (!before && !behind) return true;
  }
  return false;
}
