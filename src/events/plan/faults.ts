/**
 * What is wrong with a plan, in words: each fault has its path, one sentence, and a hint
 * where there is a likely repair.
 */
import type { z } from "zod";
import { Plan } from "./plan.ts";
import { PlanTask } from "./task.ts";
import { nearest } from "../nearest.ts";
import { isSecret } from "../secrets.ts";
import { graphFaults, type GraphFault, type GraphTask } from "./graph.ts";

/** One fault, before it is known where in the text it stands. */
export interface PlanFault {
  readonly path: readonly (string | number)[];
  /** The place is the key, not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly hint?: string;
}

/** What other tools call the fields of a plan. */
const SYNONYMS: Readonly<Record<string, string>> = {
  args: "run",
  cmd: "run",
  command: "run",
  delay: "retryDelayMs",
  dependencies: "dependsOn",
  dir: "cwd",
  environment: "env",
  jobs: "tasks",
  needs: "dependsOn",
  parallel: "concurrency",
  retries: "maxRetries",
  secrets: "passEnv",
  steps: "tasks",
  timeout: "timeoutMs",
};

/** All faults of a value that should be a plan. Empty: it is one. */
export function faultsOf(value: unknown): readonly PlanFault[] {
  const parsed = Plan.safeParse(value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const wrong = issues.filter(({ code }) => code !== "custom");
  return [
    ...wrong.flatMap((issue) => issueFaults(issue, value)),
    ...secretFaults(value, []),
    ...tasksOf(value).flatMap((task, at) => secretFaults(task, ["tasks", at])),
    ...orderFaults(value),
  ];
}

/** Secrets in an `env`; not left to the schema, which looks no further where a type is wrong. */
function secretFaults(holder: unknown, path: readonly (string | number)[]): readonly PlanFault[] {
  const env = isRecord(holder) && isRecord(holder["env"]) ? holder["env"] : {};
  return Object.entries(env).flatMap(([name, value]) =>
    isText(value) && isSecret(name, value)
      ? {
          path: [...path, "env", name],
          atKey: true,
          message: "it is named like a secret, and plans are recorded",
          hint: `List "${name}" under passEnv and set it in the shell that runs troupe.`,
        }
      : [],
  );
}

function issueFaults(issue: z.core.$ZodIssue, value: unknown): readonly PlanFault[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField([...path, key]));
  const atKey = issue.code === "invalid_key";
  const hint = hintOf(issue);
  const message = path.length === 0 ? noPlan(value) : wording(issue, valueAt(value, path));
  return [{ path, atKey, message, ...(hint === undefined ? {} : { hint }) }];
}

function noPlan(value: unknown): string {
  const found = value === null || value === undefined ? "it is empty" : `it is ${named(value)}`;
  return `${found}, not a plan: fields such as name and tasks`;
}

function wording(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return mistyped(WORDS[issue.expected] ?? issue.expected, found);
    case "invalid_union":
      return found === "" ? "it is empty" : mistyped(issue.message, found);
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    case "too_small":
      return typeof found === "number" ? `it must be at least ${issue.minimum}` : issue.message;
    case "too_big":
      return typeof found === "number" ? `it must be at most ${issue.maximum}` : issue.message;
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_value":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message;
  }
}

function mistyped(wanted: string, found: unknown): string {
  return found === undefined ? "it is missing" : `expected ${wanted}, got ${named(found)}`;
}

const WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  int: "a whole number",
  number: "a number",
  object: "fields",
  record: "fields",
  string: "text",
};

function hintOf(issue: z.core.$ZodIssue): string | undefined {
  const wantsText = issue.code === "invalid_type" && issue.expected === "string";
  return wantsText && issue.path.includes("env")
    ? "Put it in quotes: the value of an environment variable is text."
    : undefined;
}

function unknownField(path: readonly (string | number)[]): PlanFault {
  const field = String(path.at(-1));
  const known = Object.keys((path.length === 1 ? Plan : PlanTask).shape);
  const near = SYNONYMS[field.toLowerCase()] ?? nearest(field, known);
  const hint =
    near !== undefined && known.includes(near)
      ? `Did you mean "${near}"?`
      : `Use one of ${known.join(", ")}.`;
  return { path, atKey: true, message: `unknown field "${field}"`, hint };
}

function orderFaults(value: unknown): readonly PlanFault[] {
  const tasks = tasksOf(value);
  const graph = tasks.map(graphTask);
  const ids = graph.map(({ id }) => id);
  return graphFaults(graph)
    .filter((fault) => readable(tasks, fault))
    .map((fault) => orderFault(fault, graph, ids));
}

/** What can be read of a task; a place that holds no id counts as a task nobody can name. */
function graphTask(task: unknown, at: number): GraphTask {
  const id = isRecord(task) && isText(task["id"]) ? task["id"] : `\0${at}`;
  const list: unknown = isRecord(task) ? task["dependsOn"] : undefined;
  return {
    id,
    dependsOn: Array.isArray(list) ? list.map((item, i) => (isText(item) ? item : `\0${at}.${i}`)) : [],
  };
}

/** A dependency that is no text is already a fault of type. */
function readable(tasks: readonly unknown[], fault: GraphFault): boolean {
  return (
    fault.type !== "unknown" || isText(valueAt(tasks, [fault.task, "dependsOn", fault.dependency]))
  );
}

function orderFault(fault: GraphFault, graph: readonly GraphTask[], ids: readonly string[]): PlanFault {
  if (fault.type === "duplicate") {
    const path = ["tasks", fault.task, "id"];
    return {
      path,
      atKey: false,
      message: `duplicate id "${ids[fault.task]}": tasks[${fault.first}] has it`,
    };
  }
  const path = ["tasks", fault.task, "dependsOn", fault.dependency];
  const id = graph[fault.task]?.dependsOn[fault.dependency] ?? "";
  if (fault.type === "cycle") {
    const hint = "Remove one of these dependencies.";
    return { path, atKey: false, message: `cycle: ${fault.ids.join(" → ")}`, hint };
  }
  if (fault.type === "repeated") return { path, atKey: false, message: `"${id}" is named twice` };
  const near = nearest(
    id,
    ids.filter((known) => !known.startsWith("\0")),
  );
  const hint = near === undefined ? "Name the id of a task of this plan." : `Did you mean "${near}"?`;
  return { path, atKey: false, message: `unknown task "${id}"`, hint };
}

function tasksOf(value: unknown): readonly unknown[] {
  return isRecord(value) && Array.isArray(value["tasks"]) ? value["tasks"] : [];
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value;
  for (const part of path) {
    if (Array.isArray(here)) here = here[Number(part)];
    else if (isRecord(here) && Object.hasOwn(here, part)) here = here[part];
    else return undefined;
  }
  return here;
}

function named(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "fields";
  return typeof value === "string" ? "text" : `${typeof value} ${JSON.stringify(value)}`;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
