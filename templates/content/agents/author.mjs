// A stand-in that does the four stages by rule. A gate's feedback makes it say more.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")" > "$TROUPE_OUTPUT"
import process from "node:process";
import { deliver, read, work } from "./work.mjs";

const { title, sections } = JSON.parse(read(process.env.BRIEF));
const STAGES = { research, outline, writing, review };
const stage = STAGES[work.task];
if (stage === undefined) throw new Error(`the author knows no stage "${work.task}"`);
deliver(stage());

/** The notes that belong to each section, those that say most first. */
function research() {
  const notes = paragraphs(read(process.env.NOTES));
  const found = sections.map(({ heading, words }) => ({
    heading,
    notes: notes
      .map((text) => ({ text, score: words.filter((word) => has(text, word)).length }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score),
  }));
  const lines = found.flatMap(({ heading, notes: own }) => [
    `## ${heading}`,
    "",
    ...own.map(({ text }) => `- ${text}`),
    "",
  ]);
  const count = found.reduce((sum, { notes: own }) => sum + own.length, 0);
  return { text: page(lines), summary: `${count} notes for ${sections.length} sections` };
}

/** Each section with the notes that it will use; no note is used twice. */
function outline() {
  const used = new Set();
  const lines = sectionsOf(before()).flatMap(({ heading, items }) => {
    const own = items.filter((item) => !used.has(item));
    for (const item of own) used.add(item);
    return [`## ${heading}`, "", ...own.map((item) => `- ${item}`), ""];
  });
  return { text: page(lines), summary: `${used.size} points in ${sections.length} sections` };
}

/** The points as text: two of each section at first, all of them once a gate has sent it back. */
function writing() {
  const points = work.feedback.length === 0 ? 2 : Infinity;
  const lines = sectionsOf(before()).flatMap(({ heading, items }) => [
    `## ${heading}`,
    "",
    items.slice(0, points).join("\n\n"),
    "",
  ]);
  const text = page(lines);
  return { text, summary: `${text.split(/\s+/).length} words` };
}

/** The text once more, with what a reader finds missing. */
function review() {
  const text = before().trim();
  const missing = sections.flatMap(({ heading, words }) =>
    words.filter((word) => !has(text, word)).map((word) => `"${heading}" does not speak of ${word}`),
  );
  const found = missing.length === 0 ? ["Nothing is missing."] : missing.map((one) => `- ${one}`);
  return {
    text: [text, "", "## Review", "", ...found].join("\n"),
    summary: `reviewed: ${missing.length} remarks`,
  };
}

/** What the stage before has written. */
function before() {
  return read(work.reads[0]);
}

function page(lines) {
  return [`# ${title}`, "", ...lines].join("\n");
}

function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
}

function sectionsOf(text) {
  const [, ...parts] = text.split(/^## /m);
  return parts.map((part) => {
    const [heading = "", ...lines] = part.split("\n");
    const items = lines.filter((line) => line.startsWith("- ")).map((line) => line.slice(2));
    return { heading, items };
  });
}

function has(text, word) {
  return text.toLowerCase().includes(word);
}
