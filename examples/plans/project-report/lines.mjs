// Lines by room, split into code, comments and blanks; the largest files; the usual size.
import { readFileSync } from "node:fs";
import { found, keep } from "./artifact.mjs";

const source = found("files").filter(({ path, text }) => text && /\.(ts|mjs|js)$/.test(path));

function count(path) {
  let comments = 0;
  let blanks = 0;
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  for (const line of lines) {
    if (/^\s*$/.test(line)) blanks++;
    else if (/^\s*(\/\/|\/\*|\*)/.test(line)) comments++;
  }
  return { path, lines: lines.length, code: lines.length - comments - blanks, comments, blanks };
}

const counted = source.map(({ path, room }) => ({ room, ...count(path) }));
const rooms = {};
for (const { room, lines, code, comments, blanks } of counted) {
  const sum = (rooms[room] ??= { files: 0, lines: 0, code: 0, comments: 0, blanks: 0 });
  sum.files++;
  sum.lines += lines;
  sum.code += code;
  sum.comments += comments;
  sum.blanks += blanks;
}
const sorted = counted.toSorted((a, b) => b.lines - a.lines);
const median = sorted[Math.floor(sorted.length / 2)]?.lines ?? 0;
keep("lines", { rooms, largest: sorted.slice(0, 10), median, files: sorted.length });
const code = counted.reduce((sum, file) => sum + file.code, 0);
console.log(`${code} lines of code in ${sorted.length} files, ${median} lines in the median file`);
