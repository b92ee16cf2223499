/**
 * Conditions on records: what `troupe replay --until` looks for.
 *
 * 1. A word, with `*` for any rest, is a type: of a record, of one of its facts, or of its input.
 *    All else is CEL (ADR 18), over the {@link Question}'s fields. It runs nothing, and it ends.
 * 2. What asks for something that is not there is no "yes"; what is no question at all is refused
 *    before anything is looked through.
 */
import { Environment, EvaluationError, ParseError, type ASTNode } from "@marcbachmann/cel-js";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import { nearest } from "../events/nearest.ts";
import type { RecordedEvent } from "../events/record.ts";

/** What a condition may ask about a record: these are its variables. */
export interface Question {
  readonly type: string;
  readonly address: string;
  readonly kind: string;
  readonly seq: number;
  readonly position: number;
  /** State value after it. */
  readonly state: Json;
  readonly status: string | null;
  /** Epoch ms. */
  readonly at: number;
  /** What came in; null of a birth. */
  readonly event: RecordedEvent | null;
  readonly facts: readonly RecordedEvent[];
  readonly handled: boolean;
  /** As it was recorded; null where nothing was. */
  readonly cause: string | null;
  /** After it; null where it could not be replayed. */
  readonly context: unknown;
}

export interface Condition {
  readonly text: string;
  /** Whether it asks about contexts, which have to be stepped to. */
  readonly asksContext: boolean;
  /** `unknown` says why it could not be answered. */
  readonly ask: (question: Question) => boolean | { readonly unknown: string };
}

/**
 * Reads a condition.
 *
 * @throws {@link TroupeError} `USAGE` with the place of what is wrong.
 */
export function parseCondition(text: string): Condition {
  if (/^[\w.:*-]+$/.test(text)) return typeCondition(text);
  return celCondition(text);
}

function typeCondition(text: string): Condition {
  const parts = text.split("*").map((part) => part.replaceAll(/[.\\^$+?()[\]{}|-]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`, "s");
  return {
    text,
    asksContext: false,
    ask: ({ type, facts, event }) =>
      [{ type }, ...facts, ...(event === null ? [] : [event])].some((one) => pattern.test(one.type)),
  };
}

/** As CEL has them. `type` is a word of CEL itself: it stands as {@link TYPE} there. */
const TYPE = "Type";
const VARIABLES = {
  [TYPE]: "string",
  address: "string",
  kind: "string",
  seq: "int",
  position: "int",
  state: "dyn",
  status: "dyn",
  at: "int",
  event: "dyn",
  facts: "list",
  handled: "bool",
  cause: "dyn",
  context: "dyn",
} as const;
const NAMES = Object.keys(VARIABLES).map((name) => (name === TYPE ? "type" : name));

const ENVIRONMENT = Object.entries(VARIABLES).reduce(
  (environment, [name, type]) => environment.registerVariable(name, type),
  new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false }),
);

function celCondition(text: string): Condition {
  const { evaluate, names } = compiled(text);
  return {
    text,
    asksContext: names.has("context"),
    ask(question) {
      try {
        const { type, seq, position, at, ...rest } = question;
        const ints = { seq: BigInt(seq), position: BigInt(position), at: BigInt(at) };
        const found: unknown = evaluate({ ...rest, ...ints, [TYPE]: type });
        if (typeof found === "boolean") return found;
        return { unknown: `it is ${typeof found}, not true or false` };
      } catch (error) {
        return { unknown: summaryOf(error) };
      }
    },
  };
}

function compiled(text: string): {
  readonly evaluate: (variables: object) => unknown;
  readonly names: ReadonlySet<string>;
} {
  try {
    const ids = idsIn(ENVIRONMENT.parse(text).ast);
    let source = text;
    for (const { start, end, name } of ids)
      if (name === "type") source = source.slice(0, start) + TYPE + source.slice(end);
    const evaluate = ENVIRONMENT.parse(source);
    const { valid, error, type } = evaluate.check();
    if (!valid) throw error ?? new Error("it cannot be checked");
    if (type !== "bool" && type !== "dyn") throw new Error(`it is ${type}, not true or false`);
    return { evaluate, names: new Set(ids.map(({ name }) => name)) };
  } catch (error) {
    throw noCondition(text, error);
  }
}

interface Id {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** All names in an expression, and where they stand. */
function idsIn(part: unknown): readonly Id[] {
  if (Array.isArray(part)) return part.flatMap(idsIn);
  if (typeof part !== "object" || part === null || !("op" in part)) return [];
  const { op, args, start, end } = part as ASTNode; // only its nodes have an op
  return op === "id" ? [{ start, end, name: args }] : idsIn(args);
}

function noCondition(text: string, error: unknown): TroupeError {
  const at = placeIn(error);
  const why = summaryOf(error).replaceAll(TYPE, "type");
  const where = at === undefined ? "" : ` at character ${at + 1}`;
  const unknown = /^Unknown variable: (\w+)/.exec(why)?.[1];
  const near = unknown === undefined ? undefined : nearest(unknown, NAMES);
  const asked = `Ask about ${NAMES.join(", ")}, as in type == "task.failed" && seq > 3`;
  return new TroupeError("USAGE", `"${text}" is no condition${where}: ${why}`, {
    hint: near === undefined ? `${asked}; a type alone may hold *.` : `Did you mean "${near}"?`,
    data: { condition: text, ...(at !== undefined && { at: at + 1 }) },
  });
}

function placeIn(error: unknown): number | undefined {
  const range: unknown = error instanceof Error && "range" in error ? error.range : undefined;
  return typeof range === "object" &&
    range !== null &&
    "start" in range &&
    typeof range.start === "number"
    ? range.start
    : undefined;
}

function summaryOf(error: unknown): string {
  if (error instanceof ParseError || error instanceof EvaluationError) return error.summary;
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}
