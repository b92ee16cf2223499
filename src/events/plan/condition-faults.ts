/**
 * Faults of conditions (`when`): what is no CEL, asks for what is not there, or is no
 * question of yes and no, and what could take too long.
 */
import { Environment, ParseError, type ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../nearest.ts";
import { Upstream } from "../work.ts";
import { costlyParts } from "./condition-costs.ts";
import { faultAt, isText, type Fault } from "./fault.ts";
import { idsOf, isRead, type Sketch, type SketchTask } from "./sketch.ts";

const ASKED = new Environment({ unlistedVariablesAreDyn: false }).registerVariable(
  "tasks",
  "map<string, dyn>",
);

export function conditionFaults(sketch: Sketch): readonly Fault[] {
  const ids = idsOf(sketch);
  return sketch.tasks.flatMap((task): readonly Fault[] => {
    const text = task.fields["when"];
    if (!isText(text) || text === "") return [];
    const path = ["tasks", task.at, "when"];
    return complaints(text, task, { sketch, ids }).map(({ message, hint }) =>
      faultAt(path, message, hint),
    );
  });
}

interface Complaint {
  readonly message: string;
  readonly hint?: string;
}

interface Known {
  readonly sketch: Sketch;
  readonly ids: readonly string[];
}

function complaints(text: string, task: SketchTask, known: Known): readonly Complaint[] {
  const names = (known.sketch.before[task.at] ?? []).map((at) => known.sketch.tasks[at]?.id ?? "");
  const upstream = [...new Set([...task.dependsOn, ...names])].filter(isRead);
  if (upstream.length === 0)
    return [
      {
        message: "the task depends on nothing that a condition could ask about",
        hint: "Add dependsOn.",
      },
    ];
  const asked = ask(text);
  if ("message" in asked) {
    const near = upstream.find((id) => id.includes("-"));
    const hint = asked.name !== undefined && near !== undefined ? `Write tasks["${near}"].` : HINT;
    return [{ message: asked.message, hint }];
  }
  return [
    ...unasked(asked.ast, upstream, known.ids),
    ...strangeFields(asked.ast),
    ...costlyParts(asked.ast),
  ];
}

const HINT = 'Write a CEL expression, such as tasks.ID.status == "COMPLETED".';

/** The expression, or why it is none. */
function ask(text: string): { readonly ast: ASTNode } | (Complaint & { readonly name?: string }) {
  try {
    const parsed = ASKED.parse(text);
    const { valid, type, error } = parsed.check();
    const why = error === undefined ? "" : firstLine(error);
    const name = /^Unknown variable: (.+)$/.exec(why)?.[1];
    if (!valid)
      return name === undefined
        ? { message: `no condition: ${why}` }
        : { message: `it asks for "${name}", and there is only tasks`, name };
    return type === "bool" || type === "dyn"
      ? { ast: parsed.ast }
      : { message: `it is no question of yes and no, but ${type}` };
  } catch (error) {
    if (error instanceof ParseError) return { message: `no condition: ${firstLine(error)}` };
    if (error instanceof RangeError) return { message: "no condition: it is too long" };
    throw error;
  }
}

function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0] ?? message;
}

/** Tasks that it asks about and that need not have ended. */
function unasked(
  ast: ASTNode,
  upstream: readonly string[],
  ids: readonly string[],
): readonly Complaint[] {
  const named = new Set([...nodesOf(ast)].flatMap((node) => taskNamed(node) ?? []));
  return [...named]
    .filter((id) => !upstream.includes(id))
    .map((id) => {
      if (ids.includes(id))
        return {
          message: `it asks about "${id}", which the task does not depend on`,
          hint: `Add "${id}" to dependsOn.`,
        };
      const near = nearest(id, upstream);
      return {
        message: `unknown task "${id}"`,
        hint:
          near === undefined ? `It may ask about ${upstream.join(", ")}.` : `Did you mean "${near}"?`,
      };
    });
}

/** What can be asked of a task. */
const FIELDS = Object.keys(Upstream.shape);

function strangeFields(ast: ASTNode): readonly Complaint[] {
  return [...nodesOf(ast)].flatMap((node) =>
    node.op === "." && taskNamed(node.args[0]) !== undefined && !FIELDS.includes(node.args[1])
      ? { message: `a task has no "${node.args[1]}"`, hint: `Use one of ${FIELDS.join(", ")}.` }
      : [],
  );
}

/** The id in `tasks.ID` and `tasks["ID"]`. */
function taskNamed(node: ASTNode): string | undefined {
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [holder, part] = node.args;
  if (holder.op !== "id" || holder.args !== "tasks") return undefined;
  if (isText(part)) return part;
  return part.op === "value" && isText(part.args) ? part.args : undefined;
}

/** All parts of an expression. */
function* nodesOf(ast: ASTNode): Iterable<ASTNode> {
  const open: unknown[] = [ast];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next);
    else if (isNode(next)) {
      yield next;
      open.push(next.args);
    }
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}
