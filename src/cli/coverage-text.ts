/** The coverage of a kind as lines of text. Pure. */
import type { Counts, Coverage, KindCoverage, Unhandled } from "../replay/coverage.ts";
import { stateText } from "./chart-labels.ts";
import { count, table } from "./paper.ts";

interface Shown {
  /** What was taken is listed, too. */
  readonly all: boolean;
  readonly columns: number;
}

export function coverageLines(found: KindCoverage, shown: Shown): readonly string[] {
  const { kind, version, children } = found;
  return [
    `${kind} ${version}: ${summaryOf(found)}`,
    ...machineLines(found, shown),
    ...children.flatMap((child) => [
      "",
      `${[kind, ...child.lineage].join(" > ")}: ${summaryOf(child)}`,
      ...machineLines(child, shown),
    ]),
  ];
}

function summaryOf({ states, transitions, actors, records }: Coverage): string {
  const share = (counts: Counts, what: string): string => {
    const all = Object.values(counts);
    return `${all.filter((times) => times > 0).length} of ${count(all.length, what)}`;
  };
  return `${share(states, "state")}, ${share(transitions, "transition")} in ${count(records, "record")} of ${count(actors, "actor")}`;
}

function machineLines(found: Coverage, { all, columns }: Shown): readonly string[] {
  const { states, transitions, unhandled, late, versions } = found;
  const never = (counts: Counts, title: string): readonly string[] => {
    const entries = Object.entries(counts).filter(([, times]) => all || times === 0);
    if (entries.length === 0) return [];
    const rows = entries.map(([name, times]) => [timesText(times), name]);
    return ["", ...table(["TIMES", title], rows, columns)];
  };
  return [
    ...never(states, all ? "STATE" : "STATE NEVER VISITED"),
    ...never(transitions, all ? "TRANSITION" : "TRANSITION NEVER TAKEN"),
    ...unhandledLines(unhandled, columns),
    ...(late === 0 ? [] : ["", `${count(late, "input")} came too late and changed nothing`]),
    ...versionLines(versions, columns),
  ];
}

function unhandledLines(unhandled: readonly Unhandled[], columns: number): readonly string[] {
  if (unhandled.length === 0) return [];
  const rows = unhandled.map(({ state, event, times }) => [String(times), stateText(state), event]);
  return ["", ...table(["TIMES", "STATE", "EVENT NOT HANDLED"], rows, columns)];
}

/** Where there are several, or one that knew more than the machine does now. */
function versionLines(versions: Coverage["versions"], columns: number): readonly string[] {
  const gone = versions.flatMap(({ version, gone: { states, transitions } }) =>
    Object.entries({ ...states, ...transitions }).map(([name, times]) => [
      version,
      String(times),
      name,
    ]),
  );
  const rows = versions.map(({ version, records, states, transitions, unhandled }) => [
    version,
    String(records),
    String(Object.keys(states).length),
    String(Object.keys(transitions).length),
    String(unhandled.reduce((sum, { times }) => sum + times, 0)),
  ]);
  const head = ["VERSION", "RECORDS", "STATES", "TRANSITIONS", "NOT HANDLED"];
  return [
    ...(versions.length > 1 ? ["", ...table(head, rows, columns)] : []),
    ...(gone.length > 0 ? ["", ...table(["VERSION", "TIMES", "NO LONGER THERE"], gone, columns)] : []),
  ];
}

function timesText(times: number): string {
  return times === 0 ? "never" : String(times);
}
