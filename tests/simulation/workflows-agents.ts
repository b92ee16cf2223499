/** The agents of simulated workflows, by name: what each answers to a work package. Pure. */
import type { WorkPackage, WorkResult } from "../../src/events/work.ts";

/** How long it takes, and what comes of it: an answer, an error, or nothing for an hour. */
export interface Answer extends Pick<WorkResult, "summary" | "data"> {
  /** Default 10. */
  readonly ms?: number;
  readonly fails?: string;
  readonly hangs?: boolean;
}

type Agent = (work: WorkPackage) => Answer;

/** So much longer than the work of others, however late, that these end first. */
const STEADY_MS = 10_000;
const SLOW_MS = 600_000;

export const AGENTS: Readonly<Record<string, Agent>> = {
  works: () => ({}),
  steady: () => ({ ms: STEADY_MS }),
  slow: () => ({ ms: SLOW_MS }),
  fails: () => ({ fails: "AssertionError: RSI is 71, not 70" }),
  hangs: () => ({ hangs: true }),
  /** Only once it knows all that is known. */
  "needs-context": ({ healing }) =>
    healing?.strategy === "add_context" ? {} : { fails: "ValueError: what is asked for?" },
  /** The second attempt is good. */
  stumbles: ({ attempt }) => (attempt < 2 ? { fails: "the first try" } : {}),
  /** The first branch todo's first attempt fails, the second one ends well. */
  mends: ({ attempt }) => (attempt < 2 ? { fails: "not found yet" } : { summary: "mended" }),
  /** Does not mend it: the agent `works` is to install something. */
  "gives-on": () => ({
    data: {
      status: "routed",
      target_agent: "works",
      classification: "missing_dependency",
      analysis: "pandas is not there",
      fix: "Install pandas.",
      auto_fixable: true,
    },
  }),
  says: ({ upstream }) => ({ data: { yes: true, saw: Object.keys(upstream) } }),
  undoes: ({ delivered }) => ({ summary: `undone: ${delivered?.summary}` }),
  "undoes-not": () => ({ fails: "it cannot be undone" }),
  /** Content with what is done a second time. */
  judges: ({ attempt }) => verdict(attempt < 2 ? 5 : 9),
  "never-content": () => verdict(3),
  iterates: (work) => hub(work, "ITERATE"),
  proceeds: (work) => hub(work, (work.cycle?.current ?? 1) < 2 ? "ITERATE" : "PROCEED"),
  /** Two rounds of further tasks, then none. */
  generates: ({ task }) => ({ data: { tasks: GENERATED[task] ?? [] } }),
};

function verdict(score: number): Answer {
  const issues = score < 8 ? ["too short"] : [];
  return { data: { completeness: score, accuracy: score, issues } };
}

function hub({ purpose, cycle, upstream }: WorkPackage, action: "ITERATE" | "PROCEED"): Answer {
  if (purpose === "integrate") return { summary: `one result of ${Object.keys(upstream).length}` };
  const found = {
    completeness: 7,
    conflicts: [],
    gaps: [{ spoke: "speed", missing: "numbers" }],
    quality: 5 + (cycle?.current ?? 1),
    action,
    spokes: {},
  };
  return { data: found };
}

const GENERATED: Readonly<Record<string, { id: string; agent: string; dependsOn: string[] }[]>> = {
  generate_1: [
    { id: "more", agent: "works", dependsOn: [] },
    { id: "then", agent: "works", dependsOn: ["more"] },
  ],
  generate_2: [{ id: "last", agent: "says", dependsOn: ["then"] }],
};
