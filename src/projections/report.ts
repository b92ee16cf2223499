/**
 * The report of a run, by its pattern: `report.md` for people, `report.json` for programs.
 *
 * - Pure: the same row gives the same text.
 * - It may be written while the run is open: what all its tasks came to is then its status.
 */
import {
  field,
  iso,
  json,
  markdown,
  type Field,
  type Report,
  type Section,
} from "./report-document.ts";
import { decisionsSection, generationsSection, graphFields, tasksSection } from "./report-graph.ts";
import { agentsSection, costFields } from "./report-agents.ts";
import { hubFields, hubSections } from "./report-hub.ts";
import { parallelFields, parallelSections } from "./report-parallel.ts";
import { sagaFields, sagaSections } from "./report-saga.ts";
import { sequentialFields, sequentialSections } from "./report-sequential.ts";
import { trailSection } from "./report-trail.ts";
import { verdictOf } from "./report-verdict.ts";
import { evolveRun, type RunRecord } from "./runs.ts";
import type { RunView } from "./runs-view.ts";

export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/** The files of a run's report. */
export function reportFiles(view: RunView): readonly ReportFile[] {
  const report = reportOf(view);
  return [
    { name: "report.md", text: markdown(report) },
    { name: "report.json", text: `${JSON.stringify(json(report), undefined, 2)}\n` },
  ];
}

/** The files of the report of the run whose records these are; none of no records. */
export async function reportFilesOf(records: AsyncIterable<RunRecord>): Promise<readonly ReportFile[]> {
  let view: RunView | undefined;
  for await (const record of records) view = evolveRun(view, record);
  return view === undefined ? [] : reportFiles(view);
}

/** What there is to say of a run. */
function reportOf(view: RunView): Report {
  const own = OF_PATTERN[view.pattern];
  return {
    title: `${view.name} (${view.run})`,
    fields: [...head(view), ...own.fields(view)],
    sections: [...own.sections(view), ...foot(view), trailSection(view)],
  };
}

interface Own {
  readonly fields: (view: RunView) => readonly (Field | undefined)[];
  readonly sections: (view: RunView) => readonly Section[];
}

const OF_PATTERN: Readonly<Record<RunView["pattern"], Own>> = {
  graph: { fields: graphFields, sections: (view) => [tasksSection(view)] },
  parallel: { fields: parallelFields, sections: parallelSections },
  sequential: { fields: sequentialFields, sections: sequentialSections },
  conditional: {
    fields: graphFields,
    sections: (view) => [decisionsSection(view), tasksSection(view)],
  },
  hub: { fields: hubFields, sections: hubSections },
  dynamic: {
    fields: graphFields,
    sections: (view) => [generationsSection(view), tasksSection(view)],
  },
  saga: { fields: sagaFields, sections: sagaSections },
};

function head(view: RunView): readonly (Field | undefined)[] {
  const { status, partial } = verdictOf(view);
  const { startsOver, forkOf, failure } = view;
  return [
    field("Status", status, partial ? `${status} (partial: what was completed is kept)` : status),
    field("Partial", partial),
    field("Pattern", view.pattern),
    field("Goal", view.goal),
    view.pattern === "parallel" ? undefined : field("Started", iso(view.startedAt)),
    startsOver && field("Starts Over", `${startsOver.run}, from ${startsOver.from}`),
    forkOf && field("Fork Of", `${forkOf.run}, at ${forkOf.at}`),
    failure && field("Failure", `${failure.code}: ${failure.message}`),
    ...costFields(view),
  ];
}

/** What not every run has: sections without rows are left out. */
function foot(view: RunView): readonly Section[] {
  const { branches, gates, alerts, checkpoints, rounds } = view;
  const sections: readonly Section[] = [
    agentsSection(view),
    {
      title: "Branch Todos",
      columns: ["Branch", "Mends", "Reason", "Agent", "Depth", "Status"],
      rows: branches.map(({ branch, parent, reason, agent, depth, status = "OPEN" }) => [
        branch,
        parent,
        reason,
        agent,
        depth,
        status,
      ]),
    },
    {
      title: "Approvals",
      columns: ["Gate", "Question", "Answer", "By", "Comment"],
      rows: gates.map(({ gate, question, answer }) => [
        gate,
        question,
        answer?.answer ?? (view.open ? "open" : "never answered"),
        answer?.by ?? "",
        answer?.comment ?? "",
      ]),
    },
    {
      title: "Restarts",
      columns: ["At", "From", "Tasks"],
      rows: rounds.map(({ at, from, tasks }) => [
        iso(at),
        from,
        { value: tasks, text: tasks.join(", ") },
      ]),
    },
    {
      title: "Checkpoints",
      columns: ["At", "Name", "Outputs"],
      rows: checkpoints.map(({ at, name, outputs }) => [
        iso(at),
        name,
        { value: outputs, text: outputs.join(", ") },
      ]),
    },
    {
      title: "Alerts",
      columns: ["At", "Severity", "Code", "Message"],
      rows: alerts.map(({ at, severity, code, message }) => [iso(at), severity, code, message]),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}
