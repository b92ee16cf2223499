/** Citations: who claims something says where it stands. */
import type { MarkdownDocument } from "./document.ts";
import { THRESHOLDS, type Score, type Validator } from "./validator.ts";

/**
 * S0-042 to S0-044.
 *
 * - A claim is a sentence that begins with a capital letter and holds one of the verbs, as a word
 *   in lower case. Headings claim nothing.
 * - A citation is a link, or an author with a year in parentheses; `(Ada, 1843; Bob, 1844)` are two.
 */
export const citations: Validator = {
  name: "citations",
  threshold: THRESHOLDS.citations,
  check(document) {
    const claims = document.passages.filter(({ isHeading }) => !isHeading).flatMap(claimsOf);
    const years = document.passages.reduce((sum, { text }) => sum + authorYears(text), 0);
    const found = document.links + years;
    return {
      ...judge(claims, found),
      facts: { claims_found: claims.length, citations_found: found },
    };
  },
};

/** @param claims the line of each. */
function judge(claims: readonly number[], found: number): Score {
  const [line] = claims;
  const many = claims.length;
  if (line === undefined) return { score: 1 };
  if (found === 0) {
    const text = `No citations found for ${many} ${many === 1 ? "claim" : "claims"}`;
    return { score: 0, issues: [{ text, line }] };
  }
  // whole numbers: 3 of 10 is not below .3
  if (found * 10 >= many * 3) return { score: 1 };
  const text = `Low citation ratio: ${found} citations for ${many} claims`;
  return { score: Math.floor((found * 100) / many) / 100, issues: [{ text, line }] };
}

/** Behind a full stop and what closes with it, and from one cell of a table to the next. */
const SENTENCE_END = /(?<=[.!?]["'”’)\]]{0,3})(?<!\b(?:al|cf|e\.g|etc|fig|i\.e|vs)\.) | \| /i;
const CAPITAL = /^[^\p{L}\p{N}]*\p{Lu}/u;
const CLAIM = /(?<![\p{L}\p{N}-])(?:shows?|proves?|demonstrates?|indicates?)(?![\p{L}\p{N}-])/u;

function claimsOf({ text, line }: MarkdownDocument["passages"][number]): readonly number[] {
  return text
    .split(SENTENCE_END)
    .filter((sentence) => CAPITAL.test(sentence) && CLAIM.test(sentence))
    .map(() => line);
}

const AUTHOR_YEAR = /^\p{Lu}\D*, ?\d{4}[a-z]?(?:,.*)?$/u;

function authorYears(text: string): number {
  const parts = (text.match(/\([^()]*\)/g) ?? []).flatMap((group) => group.slice(1, -1).split(";"));
  return parts.filter((part) => AUTHOR_YEAR.test(part.trim())).length;
}
