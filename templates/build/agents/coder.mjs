// A stand-in that mends code: it tries small changes, one at a time, until the test passes. The
// lines of the function that the test calls come first. If none helps, the file is as it was.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")" --allowedTools Edit,Bash
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { deliver, read, work, write } from "./work.mjs";

const { SOURCE = "", TEST = "", TROUPE_ARTIFACTS = ".", TROUPE_TASK = "coder" } = process.env;

/** What people get wrong in one place of a line, and what they meant. */
const CHANGES = [
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ \/ /g, " * "],
  [/\b0\b/g, "1"],
  [/\b1\b/g, "0"],
  [/ === /g, " !== "],
];

/** As it was when this todo began, even if an earlier try was killed halfway. */
const copy = join(TROUPE_ARTIFACTS, `${TROUPE_TASK}.before`);
if (!existsSync(copy)) write(copy, read(SOURCE));
const before = read(copy);

if (passes()) deliver({ summary: `${TEST} passes already` });
else mend();

function mend() {
  for (const { line, from, to } of candidates(before)) {
    const lines = before.split("\n");
    lines[line] = to;
    write(SOURCE, lines.join("\n"));
    if (!passes()) continue;
    const patch = [`--- ${SOURCE}:${line + 1}`, `-${from}`, `+${to}`].join("\n");
    deliver({ data: { patch }, summary: `${SOURCE}:${line + 1}: ${to.trim()}` });
    return;
  }
  write(SOURCE, before);
  console.error(`no small change of ${SOURCE} makes ${TEST} pass`);
  process.exitCode = 1;
}

/** Every line with one change, those of functions that the diagnostics or the test name first. */
function candidates(text) {
  const known = `${work.branch?.diagnostics ?? ""}\n${read(TEST)}`;
  let named = false;
  const all = text.split("\n").flatMap((from, line) => {
    const name = /function (\w+)/.exec(from)?.[1];
    if (name !== undefined) named = known.includes(name);
    return CHANGES.flatMap(([what, into]) =>
      [...from.matchAll(what)].map(({ 0: found, index }) => ({
        line,
        from,
        to: from.slice(0, index) + into + from.slice(index + found.length),
        named,
      })),
    );
  });
  const code = all.filter(({ from }) => !/^\s*(\/\/|\/?\*)/.test(from));
  return [...code.filter((one) => one.named), ...code.filter((one) => !one.named)];
}

function passes() {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // a change may never end
  return spawnSync(process.execPath, ["--test", TEST], { env, timeout: 20_000 }).status === 0;
}
