// A gate: scores what a stage delivered by rules that anybody can check.
// A real one answers the same JSON in $TROUPE_RESULT: { completeness, accuracy, issues }.
import process from "node:process";
import { deliver, read, work } from "./work.mjs";

const { sections } = JSON.parse(read(process.env.BRIEF));
const text = work.reads.map(read).join("\n");
const headings = [...text.matchAll(/^(#+) +(.+)$/gm)].map(([, marks, heading]) => ({
  level: marks.length,
  heading,
}));
const count = text.split(/\s+/).filter((word) => word !== "").length;
const wanted = work.input?.minWords ?? 0;

const missing = sections.filter(({ heading }) => !headings.some((one) => one.heading === heading));
const empty = text.split(/^## /m).filter((part, at) => at > 0 && !/\n\s*\S/.test(part));
const silent = sections.flatMap(({ words }) =>
  words.filter((word) => !text.toLowerCase().includes(word)),
);
const jumps = headings.filter(({ level }, at) => level > (headings[at - 1]?.level ?? 0) + 1);

const issues = [
  ...missing.map(({ heading }) => `the section "${heading}" is missing`),
  ...empty.map((heading) => `the section "${heading.trim()}" is empty`),
  ...(count < wanted ? [`${count} words are too few: ${wanted} are wanted`] : []),
  ...silent.map((word) => `it does not speak of "${word}"`),
  ...jumps.map(({ heading }) => `the heading "${heading}" skips a level`),
  ...(headings[0]?.level === 1 ? [] : ["it has no title"]),
];
const completeness =
  Math.max(0, 10 - 4 * (missing.length + empty.length)) * Math.min(1, count / wanted || 1);
const accuracy = Math.max(0, 10 - silent.length - 2 * jumps.length);
deliver({
  data: { completeness: round(completeness), accuracy: round(accuracy), issues },
  summary: issues.length === 0 ? "nothing to complain of" : issues.join("; "),
});

function round(score) {
  return Math.round(score * 10) / 10;
}
