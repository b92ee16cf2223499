/** The form of an answer: what its definition, or the purpose of the work, asks for. */
import { z } from "zod";
import type { JsonObject } from "../../events/json.ts";
import { Generated, Synthesis, Verdict, type Purpose, type WorkPackage } from "../../events/work.ts";
import type { AnyAgent } from "../definition/definition.ts";

export interface WantedOutput {
  readonly name: string;
  readonly schema: z.ZodType;
}

const BY_PURPOSE: Readonly<Partial<Record<Purpose, WantedOutput>>> = {
  judge: { name: "verdict", schema: Verdict },
  synthesize: { name: "synthesis", schema: Synthesis },
  generate: { name: "tasks", schema: Generated },
};

/** Undefined: a text. */
export function wantedOutput(agent: AnyAgent, work: WorkPackage): WantedOutput | undefined {
  const own = typeof agent.output === "function" ? agent.output(work) : agent.output;
  if (own !== undefined) return { name: agent.name, schema: own };
  return BY_PURPOSE[work.purpose];
}

/** The same as JSON Schema. */
export function jsonSchemaOf({ schema }: WantedOutput): JsonObject {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonObject; // a JSON Schema is JSON
}

/** An answer that was parsed, or what is wrong with it. */
export type ParsedOutput = { readonly output: unknown } | { readonly problems: readonly string[] };

/** Reads a JSON answer; models like to put it into a fence, and words around it. */
export function parseOutput(text: string, wanted: WantedOutput): ParsedOutput {
  const json = jsonIn(text);
  if (json === undefined) return { problems: ["it is no JSON: answer with JSON alone"] };
  return checkedOutput(json, wanted);
}

/** Holds an answer to its schema. */
export function checkedOutput(value: unknown, { schema }: WantedOutput): ParsedOutput {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { output: parsed.data };
  return { problems: z.prettifyError(parsed.error).split("\n✖ ").map(withoutMark) };
}

function withoutMark(problem: string): string {
  return problem.replace(/^✖ /, "").replaceAll(/\s*\n\s*/g, " ");
}

const FENCE = /^\s*```[A-Za-z]*[ \t]*\n([\s\S]*?)\n?\s*```\s*$/;

function jsonIn(text: string): unknown {
  const fenced = FENCE.exec(text)?.[1];
  for (const candidate of [text, fenced, between(text, "{", "}"), between(text, "[", "]")]) {
    if (candidate === undefined) continue;
    try {
      return JSON.parse(candidate) as unknown;
    } catch {
      continue; // the next reading may be JSON
    }
  }
  return undefined;
}

function between(text: string, first: string, last: string): string | undefined {
  const from = text.indexOf(first);
  const to = text.lastIndexOf(last);
  return from >= 0 && to > from ? text.slice(from, to + 1) : undefined;
}
