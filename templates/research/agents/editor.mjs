// A stand-in: one report of what the researchers found, by what they found it about.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")" > "$TROUPE_OUTPUT"
import { basename } from "node:path";
import { count, deliver, read, work } from "./work.mjs";

const branches = Object.entries(work.upstream);
const done = branches.filter(([, { status }]) => status === "COMPLETED");
const missing = branches.filter(([, { status }]) => status !== "COMPLETED");
const findings = done.flatMap(([id, { data }]) => data.findings.map((one) => ({ ...one, id })));

/** By word, who says something of it; what several say comes first. */
const themes = [...new Set(findings.flatMap(({ about }) => about))]
  .map((word) => ({ word, said: findings.filter(({ about }) => about.includes(word)) }))
  .map((theme) => ({ ...theme, by: [...new Set(theme.said.map(({ id }) => id))] }))
  .toSorted((a, b) => b.by.length - a.by.length || b.said.length - a.said.length);
const shared = themes.filter(({ by }) => by.length > 1);
const alone = findings.filter(({ about }) => !shared.some(({ word }) => about.includes(word)));
const told = new Set();

deliver({
  text: [
    `# ${work.goal}`,
    "",
    "## In short",
    "",
    ...shared.slice(0, 5).map(({ word, by }) => `- **${word}**: ${by.join(", ")} speak of it.`),
    `- ${count(findings.length, "finding")} from ${done.length} of ${count(branches.length, "researcher")}.`,
    "",
    "## What several sources say",
    "",
    ...shared.flatMap(({ word, said }) => section(word, said)),
    "## What one source says",
    "",
    ...(alone.length === 0 ? ["Nothing."] : alone.map(line)),
    "",
    "## The branches",
    "",
    ...branches.map(([id, { status, summary }]) => `- ${id}: ${status}, ${summary}`),
    "",
    "## Integration Strategy",
    "",
    "The findings of all branches were grouped by the words of the question; what several branches speak of comes first. Each finding stands once, under the first of its words.",
    missing.length === 0
      ? "No branch is missing."
      : `Missing: ${missing.map(([id]) => id).join(", ")}; what they would have said is not in this report.`,
    "",
    "## Sources",
    "",
    ...work.reads.map((path) => `- ${basename(path)}, ${words(path)} words`),
  ].join("\n"),
  data: { findings: findings.length, themes: shared.map(({ word }) => word) },
  summary: `one report of ${count(findings.length, "finding")} from ${count(done.length, "researcher")}`,
});

function section(word, said) {
  const fresh = said.filter(({ text }) => !told.has(text));
  for (const { text } of fresh) told.add(text);
  return fresh.length === 0 ? [] : [`### ${word}`, "", ...fresh.map(line), ""];
}

function line({ text, source, id }) {
  return `- ${text} (${id}: ${source})`;
}

function words(path) {
  return read(path).split(/\s+/).length;
}
