// A stand-in: finds the paragraphs of its notes that say most about the question.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")" > "$TROUPE_OUTPUT"
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { count, deliver, read, work } from "./work.mjs";

const { notes, words } = work.input;
const files = readdirSync(notes).filter((file) => file.endsWith(".md"));
const found = files.toSorted().flatMap((file) => {
  const [heading = "", ...paragraphs] = read(join(notes, file))
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
  const source = heading.replace(/^#\s*/, "");
  return paragraphs.map((text) => ({ text, source, file, about: wordsIn(text) }));
});
const findings = found
  .filter(({ about }) => about.length > 0)
  .toSorted((a, b) => b.about.length - a.about.length);

if (findings.length === 0) {
  console.error(`nothing in ${notes} says anything of ${words.join(", ")}`);
  process.exit(1);
}
deliver({
  text: [
    `# ${work.title}`,
    "",
    `Question: ${work.goal}`,
    "",
    "## Findings",
    "",
    ...findings.map(({ text, source }) => `- ${text} (${source})`),
    "",
    "## Sources",
    "",
    ...new Set(findings.map(({ source, file }) => `- ${source}: ${basename(notes)}/${file}`)),
  ].join("\n"),
  data: { read: files.length, findings },
  summary: `${count(findings.length, "finding")} in ${count(files.length, "note")} of ${basename(notes)}`,
});

function wordsIn(text) {
  const all = text.toLowerCase();
  return words.filter((word) => all.includes(word));
}
