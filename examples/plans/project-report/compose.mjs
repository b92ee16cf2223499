// The report: all findings as one page of Markdown. Prints where it is.
import { relative } from "node:path";
import process from "node:process";
import { found, write } from "./artifact.mjs";

const { rooms, largest, median, files } = found("lines");
const { commits, busiest, byDay } = found("churn");
const { shallow } = found("history");
const { compared, pairs } = found("similar");
const notes = found("notes");
const parse = found("parse");
const types = found("types");
const test = found("test");

const percent = (part, whole) => (whole === 0 ? "0 %" : `${Math.round((100 * part) / whole)} %`);
const table = (head, rows) => [
  `| ${head.join(" | ")} |`,
  `| ${head.map((_, at) => (at === 0 ? "---" : "--:")).join(" | ")} |`,
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];
const list = (items, none) => (items.length === 0 ? [none] : items.map((item) => `- ${item}`));

const sums = Object.values(rooms);
const total = (key) => sums.reduce((sum, room) => sum + room[key], 0);
const days = Object.entries(byDay)
  .toSorted(([a], [b]) => a.localeCompare(b))
  .slice(-14);

const report = [
  "# Project report",
  "",
  `Made by run \`${process.env.TROUPE_RUN ?? "by hand"}\` on ${new Date().toISOString()}.`,
  "",
  "## In short",
  "",
  `- ${total("code")} lines of code in ${files} source files; the median file has ${median} lines.`,
  `- ${percent(total("comments"), total("lines"))} of the lines are comments.`,
  `- ${commits} commits${shallow ? " are known (shallow clone)" : ""}; ${notes.length} notes left for later.`,
  `- Types: ${types.ok ? "sound" : `${types.errors} errors`}. Test file: ${test.passed} of ${test.total} passed. Data files: ${parse.faults.length} of ${parse.checked} do not parse.`,
  "",
  "## Rooms",
  "",
  ...table(
    ["room", "files", "lines", "code", "comments"],
    Object.entries(rooms)
      .toSorted(([, a], [, b]) => b.code - a.code)
      .map(([room, sum]) => [room, sum.files, sum.lines, sum.code, percent(sum.comments, sum.lines)]),
  ),
  "",
  "## Largest files",
  "",
  ...table(
    ["file", "lines", "code"],
    largest.map(({ path, lines, code }) => [`\`${path}\``, lines, code]),
  ),
  "",
  "## What changes most",
  "",
  ...(busiest.length === 0
    ? ["There is no history to tell."]
    : table(
        ["file", "commits", "added", "removed"],
        busiest.map((file) => [`\`${file.path}\``, file.commits, file.added, file.removed]),
      )),
  "",
  ...(days.length === 0
    ? []
    : [
        "Commits by day:",
        "",
        ...days.map(([day, n]) => `- ${day}: ${"▪".repeat(Math.min(n, 60))} ${n}`),
        "",
      ]),
  "## Alike",
  "",
  `${compared} pairs of files were compared; these share the most words, in order:`,
  "",
  ...list(
    pairs.map(({ alike, a, b }) => `${Math.round(alike * 100)} %: \`${a}\` and \`${b}\``),
    "There was nothing to compare.",
  ),
  "",
  "## Notes left for later",
  "",
  ...list(
    notes.slice(0, 20).map(({ path, line, word, said }) => `\`${path}:${line}\` ${word} ${said}`),
    "None.",
  ),
  "",
  "## Checks",
  "",
  ...list(
    [...types.first, ...parse.faults.map(({ path, fault }) => `\`${path}\`: ${fault}`)],
    "Nothing to complain of.",
  ),
  "",
].join("\n");

const path = write("report.md", report);
console.log(`report: ${relative(process.cwd(), path)}`);
