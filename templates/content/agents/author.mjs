// A stand-in that does the four stages by rule. A gate's feedback makes it say more.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")" > "$TROUPE_OUTPUT"
import process from "node:process";
import { count, deliver, read, work } from "./work.mjs";

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
      .map((text) => ({ text, hits: score({ words }, text) }))
      .filter(({ hits }) => hits > 0)
      .toSorted((a, b) => b.hits - a.hits),
  }));
  const lines = found.flatMap(({ heading, notes: own }) => [
    `## ${heading}`,
    "",
    ...own.map(({ text }) => `- ${text}`),
    "",
  ]);
  const notesFound = found.reduce((sum, { notes: own }) => sum + own.length, 0);
  return {
    text: page(lines),
    summary: `${count(notesFound, "note")} for ${count(sections.length, "section")}`,
  };
}

/** Each note in the one section that it says most of; among equals, in the shortest. */
function outline() {
  const found = sectionsOf(before());
  const chosen = new Map(sections.map(({ heading }) => [heading, []]));
  const points = new Set(found.flatMap(({ items }) => items));
  for (const point of points) {
    const [best] = sections.toSorted(
      (a, b) =>
        score(b, point) - score(a, point) ||
        chosen.get(a.heading).length - chosen.get(b.heading).length,
    );
    chosen.get(best.heading).push(point);
  }
  const lines = sections.flatMap(({ heading }) => [
    `## ${heading}`,
    "",
    ...chosen.get(heading).map((point) => `- ${point}`),
    "",
  ]);
  const summary = `${count(points.size, "point")} in ${count(sections.length, "section")}`;
  return { text: page(lines), summary };
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
    summary: `reviewed: ${count(missing.length, "remark")}`,
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

/** How many of a section's words a text has. */
function score({ words }, text) {
  return words.filter((word) => has(text, word)).length;
}

function has(text, word) {
  return text.toLowerCase().includes(word);
}
