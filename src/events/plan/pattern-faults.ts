/**
 * What each pattern needs, and what it has no use for.
 *
 * - A field of another pattern is a fault, not silence; a default that is spelt out is none.
 * - A saga can undo whatever it has done: each task needs `compensate`, but for one that all
 *   others come before, since nothing can fail once that one is done.
 */
import { faultAt, faultOfKey, isRecord, isText, listAt, type Fault } from "./fault.ts";
import { Join, type Pattern } from "./plan.ts";
import type { Sketch } from "./sketch.ts";

export function patternFaults(sketch: Sketch): readonly Fault[] {
  return [
    ...countFaults(sketch),
    ...(sketch.pattern === undefined ? [] : ofPattern(sketch, sketch.pattern)),
  ];
}

function ofPattern(sketch: Sketch, pattern: Pattern): readonly Fault[] {
  return [
    ...foreignFaults(sketch, pattern),
    ...missingFaults(sketch, pattern),
    ...(pattern === "parallel" ? dependentBranches(sketch) : []),
    ...(pattern === "saga" ? undoneFaults(sketch) : []),
    ...(JOINED.includes(pattern) ? quorumFaults(sketch, pattern) : []),
  ];
}

/** How many tasks there are, against how many there must and may be. */
function countFaults({ fields, pattern, tasks }: Sketch): readonly Fault[] {
  const given = fields["tasks"];
  if (given !== undefined && !Array.isArray(given)) return [];
  if (tasks.length === 0)
    return pattern === "dynamic" || pattern === undefined
      ? []
      : [faultAt(["tasks"], "a plan needs at least one task")];
  const limits = fields["limits"];
  const limit = isRecord(limits) ? limits["tasks"] : undefined;
  return typeof limit === "number" && tasks.length > limit
    ? [faultAt(["limits", "tasks"], `the plan itself has ${tasks.length} tasks, more than ${limit}`)]
    : [];
}

const JOINED: readonly Pattern[] = ["parallel", "hub", "dynamic"];

/** Fields that only some patterns know. */
const FIELDS: Readonly<Record<string, readonly Pattern[]>> = {
  aggregate: ["parallel"],
  generate: ["dynamic"],
  hub: ["hub"],
  join: JOINED,
};

function foreignFaults({ fields, tasks }: Sketch, pattern: Pattern): readonly Fault[] {
  const ofPlan = Object.entries(FIELDS).flatMap(([field, patterns]) =>
    fields[field] === undefined || fields[field] === "all" || patterns.includes(pattern)
      ? []
      : foreign([field], patterns, pattern),
  );
  const ofTasks = tasks.flatMap((task) =>
    task.fields["compensate"] === undefined || pattern === "saga"
      ? []
      : foreign(["tasks", task.at, "compensate"], ["saga"], pattern),
  );
  return [...ofPlan, ...ofTasks];
}

function foreign(path: Fault["path"], patterns: readonly Pattern[], pattern: Pattern): Fault {
  return faultOfKey(
    path,
    `"${path.at(-1)}" is a field of pattern ${patterns.join(", ")}, and this plan is ${pattern}`,
    `Remove it, or set pattern: ${patterns.join(" or ")}.`,
  );
}

/** What a pattern cannot do without, and why. */
const NEEDED: Partial<Record<Pattern, readonly [field: string, why: string]>> = {
  dynamic: ["generate", "who says what is to be done next"],
  hub: ["hub", "who brings the spokes together"],
};

function missingFaults({ fields, tasks }: Sketch, pattern: Pattern): readonly Fault[] {
  const [field, why] = NEEDED[pattern] ?? [];
  if (field !== undefined && fields[field] === undefined)
    return [faultAt([field], `it is missing: pattern ${pattern} needs it`, `Say ${why}.`)];
  if (pattern !== "conditional" || tasks.some((task) => task.fields["when"] !== undefined)) return [];
  return [
    faultAt(
      ["pattern"],
      "no task of this conditional plan has a condition",
      "Give one of them `when`, or remove the pattern.",
    ),
  ];
}

function dependentBranches({ tasks }: Sketch): readonly Fault[] {
  return tasks.flatMap(({ at, dependsOn }) =>
    dependsOn.length === 0
      ? []
      : faultOfKey(
          ["tasks", at, "dependsOn"],
          "tasks of a parallel plan depend on nothing",
          "Remove it, or use the pattern graph.",
        ),
  );
}

function undoneFaults({ tasks, before }: Sketch): readonly Fault[] {
  const awaited = new Set(before.flat());
  const ends = tasks.filter(({ at }) => !awaited.has(at));
  // a graph with one end has all else before it
  const last = ends.length === 1 ? ends[0] : undefined;
  return tasks
    .filter((task) => task !== last && task.fields["compensate"] === undefined)
    .map(({ at, name }) =>
      faultAt(
        ["tasks", at, "compensate"],
        `it is missing: a saga must be able to undo ${name}, since a later task may fail`,
        'Say who undoes it; where nothing is to be undone, use run: ["true"].',
      ),
    );
}

function quorumFaults({ fields, tasks }: Sketch, pattern: Pattern): readonly Fault[] {
  const { join } = fields;
  const quorum = isText(join) && Join.safeParse(join).success ? Number(join.split(":")[1] ?? 0) : 0;
  // a dynamic plan may still grow
  return pattern === "dynamic" || quorum <= tasks.length
    ? []
    : [faultAt(["join"], `${quorum} of ${tasks.length} tasks can never be done`)];
}

/** Values of one task that contradict each other. */
export function taskFaults({ tasks }: Sketch): readonly Fault[] {
  return tasks.flatMap(({ at, fields }) => [
    ...approvalFaults(at, listAt(fields, ["approval"])),
    ...waitFaults(at, fields),
    ...debugFaults(at, fields),
  ]);
}

function approvalFaults(at: number, approval: readonly unknown[]): readonly Fault[] {
  return approval.flatMap((when, i) =>
    isText(when) && approval.indexOf(when) < i
      ? faultAt(["tasks", at, "approval", i], `"${when}" is named twice`)
      : [],
  );
}

/** A wait above the cap would silently be cut down to it. */
function waitFaults(at: number, fields: Readonly<Record<string, unknown>>): readonly Fault[] {
  const { retryDelayMs: first, maxRetryDelayMs: most = DEFAULT_CAP } = fields;
  return typeof first === "number" && typeof most === "number" && first > most
    ? [
        faultAt(
          ["tasks", at, "retryDelayMs"],
          `it is longer than maxRetryDelayMs (${most})`,
          "Raise maxRetryDelayMs.",
        ),
      ]
    : [];
}

function debugFaults(at: number, fields: Readonly<Record<string, unknown>>): readonly Fault[] {
  const { failureRouting, maxDebugAttempts = DEFAULT_ATTEMPTS } = fields;
  return failureRouting === undefined &&
    typeof maxDebugAttempts === "number" &&
    maxDebugAttempts !== DEFAULT_ATTEMPTS
    ? [
        faultOfKey(
          ["tasks", at, "maxDebugAttempts"],
          "without failureRouting there is no branch todo to be tried",
          "Add failureRouting: {} to make failures branch todos.",
        ),
      ]
    : [];
}

/** As the schema has them. */
const DEFAULT_CAP = 300_000;
const DEFAULT_ATTEMPTS = 3;
