// A stand-in for the hub: finds conflicts and gaps, and at last writes the result.
// A real one, for the last: run: claude -p "$(cat "$TROUPE_PACKAGE")" > "$TROUPE_OUTPUT"
import { sectionsOfProposal } from "./proposal.mjs";
import { count, deliver, read, work } from "./work.mjs";

/** The spokes in their latest form, by the name of the first. */
const spokes = Object.entries(work.upstream)
  .filter(([, { data }]) => Array.isArray(data?.looked))
  .map(([id, { data, outputs }]) => ({ id: id.replace(/_cycle_\d+$/, ""), ...data, outputs }));

const conflicts = conflictsOf();
const gaps = gapsOf();
const open = gaps.length + conflicts.filter(({ resolution }) => resolution === undefined).length;
const sections = sectionsOfProposal().length;
const completeness = round((10 * (sections - gaps.length)) / Math.max(1, sections));
const quality = round(Math.max(0, completeness - 2 * (open - gaps.length)));

if (work.purpose === "integrate") deliver(integration());
else
  deliver({
    data: {
      completeness,
      conflicts,
      gaps,
      quality,
      action: open === 0 ? "PROCEED" : "ITERATE",
      spokes: Object.fromEntries(
        spokes.map(({ id, findings }) => [
          id,
          {
            quality: gaps.some(({ spoke }) => spoke === id) ? 7 : 9,
            findings: findings.map(({ finding }) => finding),
          },
        ]),
      ),
    },
    summary: `${count(conflicts.length, "conflict")}, ${count(gaps.length, "gap")}, ${open} of them open`,
  });

/** Quantities of which spokes want what cannot be had together, settled where they accept the same. */
function conflictsOf() {
  const wishes = spokes.flatMap(({ id, wishes: own }) => own.map((wish) => ({ id, ...wish })));
  const names = [...new Set(wishes.map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = wishes.filter((wish) => wish.name === name);
    if (middle(own.map(({ wants }) => wants)) !== undefined) return [];
    const value = middle(own.map(({ wants, accepts = wants }) => accepts));
    const between = own.map(({ id }) => id);
    if (value === undefined) return [{ between, about: name }];
    return [
      { between, about: name, resolution: `${value}: what ${between.join(" and ")} both accept` },
    ];
  });
}

/** A value within all ranges; undefined if there is none. */
function middle(ranges) {
  const min = Math.max(...ranges.map(({ min: least = -Infinity }) => least));
  const max = Math.min(...ranges.map(({ max: most = Infinity }) => most));
  if (min > max) return undefined;
  if (!Number.isFinite(min)) return max;
  return Number.isFinite(max) ? (min + max) / 2 : min;
}

/** Sections that nobody looked at; each for the spoke whose checklist would find most there. */
function gapsOf() {
  const looked = new Set(spokes.flatMap((spoke) => spoke.looked));
  return sectionsOfProposal()
    .filter(({ heading }) => !looked.has(heading))
    .map(({ heading, text }) => {
      const [best] = spokes.toSorted((a, b) => found(b.id, text) - found(a.id, text));
      return { spoke: best?.id ?? "", missing: `the section "${heading}" was not looked at` };
    });
}

function found(spoke, text) {
  const { checks } = JSON.parse(read(`checklists/${spoke}.json`));
  return checks.filter(({ words }) => words.some((word) => text.toLowerCase().includes(word))).length;
}

/** One text for people. */
function integration() {
  const advice = spokes.flatMap(({ id, findings }) => findings.map((one) => ({ id, ...one })));
  return {
    text: [
      `# ${work.goal}`,
      "",
      "## Executive Summary",
      "",
      `${count(spokes.length, "side")} found ${count(advice.length, "thing")} in the proposal. Most of all: ${advice[0]?.advice ?? "nothing"}.`,
      open === 0 ? "All sides agree." : `Still open: ${count(open, "question")}.`,
      "",
      "## What to do",
      "",
      ...advice.map(({ id, finding, advice: what }) => `- ${finding}: ${what} (${id}).`),
      "",
      "## Conflicts",
      "",
      ...(conflicts.length === 0 ? ["None."] : conflicts.map(conflictLine)),
      "",
      "## Gaps",
      "",
      ...(gaps.length === 0 ? ["None."] : gaps.map(({ missing }) => `- ${missing}.`)),
      "",
      "## Overall Quality",
      "",
      `${quality} of 10; completeness ${completeness} of 10.`,
    ].join("\n"),
    summary: `${count(advice.length, "piece")} of advice from ${count(spokes.length, "side")}, quality ${quality} of 10`,
  };
}

function conflictLine({ between, about, resolution = "not settled" }) {
  return `- ${between.join(" and ")}, ${about}: ${resolution}.`;
}

function round(score) {
  return Math.round(score * 10) / 10;
}
