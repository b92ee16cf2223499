/** The report of a hub and its spokes (S0-029 to S0-035). */
import { entryOf } from "../events/entry.ts";
import { duration, field, type Field, type Section } from "./report-document.ts";
import { specialistOf, whyOf } from "./report-parallel.ts";
import { outOfTen } from "./report-sequential.ts";
import { branchesOf } from "./report-verdict.ts";
import type { RunView, SynthesisView, TaskView } from "./runs-view.ts";

/** Which cycle a hub is in, and how many it may have (S0-035). */
export function iterationOf(view: RunView): { readonly current: number; readonly max: number } {
  const begun = view.tasks.map(({ id }) => Number(/(?:_cycle|^synthesis)_(\d+)$/.exec(id)?.[1] ?? 1));
  const cycles = view.syntheses.map(({ cycle }) => cycle);
  const current = [...begun, ...cycles].reduce((a, b) => Math.max(a, b), 1);
  return { current, max: view.maxCycles ?? view.syntheses.at(-1)?.max ?? current };
}

/** The best there is: the last of those of the highest quality (T-H3). */
function bestSynthesis({ syntheses }: RunView): SynthesisView | undefined {
  return syntheses.reduce<SynthesisView | undefined>(
    (best, one) => (best === undefined || one.quality >= best.quality ? one : best),
    undefined,
  );
}

export function hubFields(view: RunView): readonly (Field | undefined)[] {
  const { current, max } = iterationOf(view);
  const best = bestSynthesis(view);
  const final = view.tasks.find(({ id }) => id === "integrate");
  const [result] = final?.status === "COMPLETED" ? final.outputs : [];
  const below = view.belowTarget ?? view.alerts.some(({ code }) => code === "below_target");
  return [
    field("Iteration", `${current}/${max}`),
    duration("Total Duration", view.movedAt - view.startedAt),
    best === undefined
      ? field("Overall Quality", null, "not rated")
      : field("Overall Quality", best.quality, `${best.quality}/10`),
    field("Below Target", below),
    field("Final", result ?? null, result ?? "not written"),
  ];
}

export function hubSections(view: RunView): readonly Section[] {
  const { syntheses } = view;
  return [
    spokesSection(view),
    {
      title: "Syntheses",
      columns: [
        "Cycle",
        "Completeness",
        "Conflicts",
        "Gaps",
        "Synthesis Quality",
        "Action",
        "Sent Back",
      ],
      rows: syntheses.map(({ cycle, completeness, conflicts, gaps, quality, action }) => [
        cycle,
        outOfTen(completeness),
        conflicts.length,
        gaps.length,
        outOfTen(quality),
        action,
        listed(sentBack(view, cycle)),
      ]),
    },
    {
      title: "Conflicts",
      columns: ["Cycle", "Between", "About", "Resolution"],
      rows: syntheses.flatMap(({ cycle, conflicts }) =>
        conflicts.map(({ between, about, resolution = null }) => [
          cycle,
          listed(between),
          about,
          resolution,
        ]),
      ),
    },
    {
      title: "Gaps",
      columns: ["Cycle", "Spoke", "Missing"],
      rows: syntheses.flatMap(({ cycle, gaps }) =>
        gaps.map(({ spoke, missing }) => [cycle, spoke, missing]),
      ),
    },
  ];
}

function listed(names: readonly string[]) {
  return { value: names, text: names.join(", ") };
}

/** The spokes that a cycle sent back: those that run again in the next one (S0-031). */
function sentBack({ tasks }: RunView, cycle: number): readonly string[] {
  return tasks.flatMap(({ id }) => {
    const [, spoke, n] = /^(.+)_cycle_(\d+)$/.exec(id) ?? [];
    return spoke !== undefined && Number(n) === cycle + 1 ? [spoke] : [];
  });
}

/** S0-029: a spoke is PENDING or COMPLETED, with the quality of each cycle and its findings. */
function spokesSection(view: RunView): Section {
  const spokes = branchesOf(view);
  return {
    title: "Spokes",
    columns: ["Spoke", "Specialist", "Status", "Quality", "Key Findings", "Output", "Problem"],
    rows: spokes.map((spoke) => {
      const rated = view.syntheses.flatMap(({ spokes: all }) => entryOf(all, spoke.id) ?? []);
      const findings = rated.findLast((one) => one.findings.length > 0)?.findings ?? [];
      const qualities = rated.map(({ quality }) => quality);
      const text = qualities.map((quality) => `${quality}/10`).join(" → ");
      const latest = latestOf(view, spoke);
      return [
        spoke.id,
        specialistOf(spoke),
        latest.status === "COMPLETED" ? "COMPLETED" : "PENDING",
        { value: qualities, text },
        { value: findings, text: findings.join("; ") },
        latest.outputs.join(", "),
        latest.status === "COMPLETED" ? "" : whyOf(latest),
      ];
    }),
  };
}

/** The spoke as it was done last: a refinement that failed leaves what there was before. */
function latestOf({ tasks }: RunView, spoke: TaskView): TaskView {
  const again = tasks.findLast(
    ({ id, status }) => id.startsWith(`${spoke.id}_cycle_`) && status === "COMPLETED",
  );
  return again ?? spoke;
}
