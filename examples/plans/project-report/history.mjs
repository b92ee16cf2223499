// The commits, with the lines that each adds and removes by file. A shallow clone, or none, is fine.
import { execFileSync } from "node:child_process";
import { keep } from "./artifact.mjs";

function git(...args) {
  try {
    const options = { encoding: "utf8", maxBuffer: 1e9, stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", args, options);
  } catch {
    return "";
  }
}

const log = git("log", "--no-renames", "--numstat", "--format=\u0001%H\u0002%aI\u0002%s");
const commits = log
  .split("\u0001")
  .filter(Boolean)
  .map((entry) => {
    const [head, ...stats] = entry.split("\n");
    const [id, at, subject] = head.split("\u0002");
    const changes = stats.filter(Boolean).map((line) => {
      const [added, removed, path] = line.split("\t");
      return { path, added: Number(added) || 0, removed: Number(removed) || 0 };
    });
    return { id, at, subject, changes };
  });
const shallow = git("rev-parse", "--is-shallow-repository").trim() === "true";
keep("history", { commits, shallow });
console.log(
  commits.length === 0
    ? "no git history here"
    : `${commits.length} commits since ${commits.at(-1).at.slice(0, 10)}${shallow ? " (shallow clone)" : ""}`,
);
