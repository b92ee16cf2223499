/**
 * Makes a plan of a description and requirements (S4-002). By rules, so that the same words
 * always give the same plan; a planner of one's own may think instead.
 *
 * - One requirement is one task, for the role whose skills match it best.
 * - `sequential` where the words order the tasks ("then …", "after that …", "finally …");
 *   `conditional` where one begins with "if"; else `parallel`.
 */
import { Plan } from "../events/plan/plan.ts";
import { bestRole, type Choice, type Role } from "./roles/specialists.ts";

/** Someone who makes a plan. */
export type Planner = (description: string, requirements: readonly string[]) => Plan | Promise<Plan>;

/** Begins a task that comes behind the one before. */
const BEHIND =
  /^(and\s+)?(then|next|finally|lastly|afterwards?|after\s+(that|this|which)|once\s+(that|this)\b|at\s+last)\b/i;
const IF = /^(and\s+|but\s+|otherwise,?\s+)?if\b/i;
const FAILS =
  /\b(fail|fails|failed|breaks|broken|error|errors|unsuccessful|does\s+not|doesn't|cannot)\b/i;
/** `1.`, `2)`, `-`, `*`, `Step 3:` */
const BULLET = /^\s*(?:[-*•]|(?:step\s+)?\d+\s*[.):])\s+/i;

const TITLE_LENGTH = 80;

/** @param roles at least one. */
export function decompose(
  description: string,
  requirements: readonly string[],
  roles: readonly Role[],
): Plan {
  const steps = stepsOf(description, requirements);
  const pattern = patternOf(steps);
  const tasks = steps.map((text, at) => ({
    id: idOf(at),
    title: titleOf(text),
    description: text,
    ...chosen(bestRole(text, roles) ?? bestRole(description, roles)),
    ...(pattern === "conditional" && conditionOf(steps, at)),
  }));
  return Plan.parse({ name: titleOf(description), goal: clean(description), pattern, tasks });
}

/** The requirements; where there are none, the list that stands in the description, or all of it. */
function stepsOf(description: string, requirements: readonly string[]): readonly string[] {
  const given = requirements.map(clean).filter((text) => text !== "");
  if (given.length > 0) return given;
  const listed = description
    .split("\n")
    .filter((line) => BULLET.test(line))
    .map(clean)
    .filter((text) => text !== "");
  return listed.length > 0 ? listed : [clean(description) || "Do it"];
}

/** Without its bullet or number, and without what no plan may hold. */
function clean(text: string): string {
  return text.replaceAll("\0", "").replace(BULLET, "").trim();
}

function patternOf(steps: readonly string[]): Plan["pattern"] {
  const later = steps.slice(1);
  if (later.some((text) => IF.test(text))) return "conditional";
  return later.some((text) => BEHIND.test(text)) ? "sequential" : "parallel";
}

/** What a task of a conditional plan waits for, and what must be true of it. */
function conditionOf(steps: readonly string[], at: number) {
  const text = steps[at] ?? "";
  if (at === 0 || !(IF.test(text) || BEHIND.test(text))) return {};
  const asked = lastUnconditional(steps, at);
  if (!IF.test(text)) return behindAll(range(asked, at).map(idOf));
  const clause = text.split(/,|\bthen\b/i, 1)[0] ?? text;
  const status = FAILS.test(clause) ? "FAILED" : "COMPLETED";
  return { dependsOn: [idOf(asked)], when: whenEnded(idOf(asked), status) };
}

/** Behind a task and what its end decided: one of them must have gone well. */
function behindAll(dependsOn: readonly string[]) {
  if (dependsOn.length === 1) return { dependsOn };
  return { dependsOn, when: dependsOn.map((id) => whenEnded(id, "COMPLETED")).join(" || ") };
}

function whenEnded(id: string, status: "COMPLETED" | "FAILED"): string {
  return `tasks.${id}.status == "${status}"`;
}

/** What "if it fails" speaks of: several conditions in a row ask the same task. */
function lastUnconditional(steps: readonly string[], at: number): number {
  return Math.max(
    0,
    steps.slice(0, at).findLastIndex((text) => !IF.test(text)),
  );
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, n) => from + n);
}

function chosen(choice: Choice | undefined) {
  return choice === undefined
    ? {}
    : { agent: choice.role.name, input: { role: choice.role.name, reason: choice.reason } };
}

function idOf(at: number): string {
  return `t${at + 1}`;
}

function titleOf(text: string): string {
  const line = clean(text).replace(/\s+/g, " ");
  if (line === "") return "workflow";
  return line.length <= TITLE_LENGTH ? line : `${cut(line, TITLE_LENGTH - 1)}…`;
}

/** Splits no pair of surrogates. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}
