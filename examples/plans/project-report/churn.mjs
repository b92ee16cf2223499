// Which files change most: commits that touched them, and lines added and removed.
import { found, keep } from "./artifact.mjs";

const present = new Set(found("files").map(({ path }) => path));
const { commits } = found("history");
const byFile = new Map();
const byDay = {};
for (const { at, changes } of commits) {
  byDay[at.slice(0, 10)] = (byDay[at.slice(0, 10)] ?? 0) + 1;
  for (const { path, added, removed } of changes) {
    const sum = byFile.get(path) ?? { path, commits: 0, added: 0, removed: 0 };
    sum.commits++;
    sum.added += added;
    sum.removed += removed;
    byFile.set(path, sum);
  }
}
const hand = [...byFile.values()].filter(({ path }) => path !== "package-lock.json");
const busiest = hand
  .filter(({ path }) => present.has(path))
  .toSorted((a, b) => b.commits - a.commits || b.added + b.removed - (a.added + a.removed))
  .slice(0, 10);
keep("churn", { commits: commits.length, busiest, byDay, gone: hand.length - busiest.length });
console.log(
  busiest.length === 0
    ? "nothing has changed yet"
    : `${busiest[0].path} changed most: in ${busiest[0].commits} of ${commits.length} commits`,
);
