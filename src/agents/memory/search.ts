/**
 * Search in an external memory: entries in which words are found, those with most of them first.
 *
 * - A word is found where a word of the key, the tags or the value begins with it; upper and
 *   lower case are one.
 * - Equally many: the one that was stored last comes first.
 */
import type { MemoryEntry } from "../../machines/memory/state.ts";

/** What is remembered, with its key. */
export interface Remembered extends MemoryEntry {
  readonly key: string;
}

export interface Found extends Remembered {
  /** How many of the words were found, as a share of 1. */
  readonly score: number;
}

export interface SearchOptions {
  /** Only entries that have all of these. */
  readonly tags?: readonly string[];
  /** At most so many. Default 10. */
  readonly limit?: number;
}

/** @param words no words: all entries, the last stored first. */
export function searchIn(
  entries: Iterable<readonly [string, MemoryEntry]>,
  words: string,
  { tags = [], limit = 10 }: SearchOptions = {},
): readonly Found[] {
  const wanted = [...new Set(wordsOf(words))];
  const patterns = wanted.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${word}`, "u"));
  const found: Found[] = [];
  for (const [key, entry] of entries) {
    if (!tags.every((tag) => entry.tags.includes(tag))) continue;
    const score = patterns.length === 0 ? 1 : scoreOf(textOf(key, entry), patterns);
    if (score > 0) found.push({ key, ...entry, score });
  }
  return found
    .toSorted((a, b) => b.score - a.score || b.storedAt - a.storedAt || (a.key < b.key ? -1 : 1))
    .slice(0, Math.max(0, limit));
}

function scoreOf(text: string, patterns: readonly RegExp[]): number {
  return patterns.filter((pattern) => pattern.test(text)).length / patterns.length;
}

/** Letters and digits only, so a word is a pattern of itself. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function textOf(key: string, { value, tags }: MemoryEntry): string {
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return [key, ...tags, said].join("\n").toLowerCase();
}
