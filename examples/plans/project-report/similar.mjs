// How alike the source files are: every pair by a sketch, the likeliest then word by word.
// This is the long task of the plan: a good moment to kill the run and to resume it.
import { readFileSync } from "node:fs";
import { found, keep } from "./artifact.mjs";

const RUN = 6;
const HASHES = 128;
const CANDIDATES = 1_500;

const source = found("files").filter(({ path, text }) => text && /\.(ts|mjs)$/.test(path));

/** Every word as a number: the same word is the same number in all files. */
const numbers = new Map();

function wordsOf(text) {
  const words = text.match(/[A-Za-z_$][\w$]*|[^\s\w]/g) ?? [];
  return Uint32Array.from(words, (word) => {
    const known = numbers.get(word) ?? numbers.size + 1;
    numbers.set(word, known);
    return known;
  });
}

/** A sketch of the runs of words: the least hash of any run, under each of many hash functions (MinHash). */
function sketchOf(words) {
  const least = new Uint32Array(HASHES).fill(0xffffffff);
  for (let at = 0; at + RUN <= words.length; at++) {
    let run = 0x811c9dc5;
    for (let i = at; i < at + RUN; i++) run = Math.imul(run ^ words[i], 0x01000193);
    for (let i = 0; i < HASHES; i++) {
      let hash = Math.imul(run ^ Math.imul(i + 1, 0x9e3779b1), 0x85ebca6b);
      hash = (hash ^ (hash >>> 15)) >>> 0;
      if (hash < least[i]) least[i] = hash;
    }
  }
  return least;
}

function agreement(a, b) {
  let same = 0;
  for (let i = 0; i < HASHES; i++) if (a[i] === b[i]) same++;
  return same / HASHES;
}

/** The longest common subsequence of words, as a part of both texts. */
function likeness(a, b) {
  let row = new Uint16Array(b.length + 1);
  let next = new Uint16Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++)
      next[j] = a[i - 1] === b[j - 1] ? row[j - 1] + 1 : Math.max(row[j], next[j - 1]);
    [row, next] = [next, row];
  }
  return (2 * row[b.length]) / (a.length + b.length);
}

const files = source
  .map(({ path }) => ({ path, words: wordsOf(readFileSync(path, "utf8")).subarray(0, 2_000) }))
  .filter(({ words }) => words.length > 50)
  .map((file) => ({ ...file, sketch: sketchOf(file.words) }));

const candidates = files
  .flatMap((a, at) => files.slice(at + 1).map((b) => ({ a, b, alike: agreement(a.sketch, b.sketch) })))
  .toSorted((x, y) => y.alike - x.alike);
const pairs = candidates
  .slice(0, CANDIDATES)
  .map(({ a, b }) => ({ a: a.path, b: b.path, alike: likeness(a.words, b.words) }))
  .toSorted((x, y) => y.alike - x.alike);
keep("similar", { compared: candidates.length, pairs: pairs.slice(0, 10) });
const [first] = pairs;
console.log(
  first === undefined
    ? "there is nothing to compare"
    : `${candidates.length} pairs compared; the likest share ${Math.round(100 * first.alike)} % of their words`,
);
