/** The parts of an OCEL 2.0 document, and the types that ours has. Pure. */
import type { Cell } from "../table.ts";
import { isoOf } from "./rows.ts";

export interface OcelRelationship {
  readonly objectId: string;
  readonly qualifier: string;
}

export interface OcelObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly {
    readonly name: string;
    readonly time: string;
    readonly value: string;
  }[];
  readonly relationships: readonly OcelRelationship[];
}

export interface OcelEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly relationships: readonly OcelRelationship[];
}

type ValueType = "string" | "integer" | "float" | "time";
type Attributes = Readonly<Record<string, ValueType>>;

const OBJECTS = {
  workflow: { name: "string", pattern: "string", status: "string", source: "string" },
  task: { title: "string", status: "string" },
  agent: {},
  artifact: { path: "string" },
  execution: { status: "string", model: "string", tokens: "integer", cost: "float", quality: "float" },
} as const satisfies Readonly<Record<string, Attributes>>;
type ObjectType = keyof typeof OBJECTS;

const ENDED: Attributes = {
  duration_ms: "integer",
  tokens: "integer",
  cost: "float",
  quality: "float",
  failure: "string",
};
const ANSWER: Attributes = { by: "string", comment: "string" };
const EVENTS = {
  "workflow started": {},
  "workflow completed": { duration_ms: "integer" },
  "workflow failed": { duration_ms: "integer" },
  "workflow stopped": { duration_ms: "integer" },
  "work started": {},
  "work succeeded": ENDED,
  "work failed": ENDED,
  "work sent back": ENDED,
  "work stopped": ENDED,
  "work handed off": { gap_ms: "integer" },
  "artifact left": {},
  "approval asked": { question: "string" },
  "approval granted": ANSWER,
  "approval denied": ANSWER,
  "question answered": ANSWER,
  "checkpoint taken": { name: "string" },
  "alert raised": { code: "string", severity: "string", message: "string" },
} as const satisfies Readonly<Record<string, Attributes>>;
export type EventType = keyof typeof EVENTS;

export const OBJECT_TYPES = declared(OBJECTS);
export const EVENT_TYPES = declared(EVENTS);

function declared(types: Readonly<Record<string, Attributes>>): readonly object[] {
  return Object.entries(types).map(([name, attributes]) => ({
    name,
    attributes: Object.entries(attributes).map(([attribute, type]) => ({ name: attribute, type })),
  }));
}

/** The id of an object; that of a task or an artifact holds its workflow's. */
export function idOf(type: ObjectType, ...names: readonly (string | null)[]): string {
  return `${type}:${names.map((name) => name ?? "").join("/")}`;
}

/** @param at epoch ms: since when its attributes have these values. */
export function object(
  type: ObjectType,
  id: string,
  parts: {
    readonly at: number;
    readonly values?: Readonly<Record<string, Cell>>;
    readonly to?: readonly OcelRelationship[];
  },
): OcelObject {
  const { at, values = {}, to = [] } = parts;
  const time = isoOf(at);
  return {
    id,
    type,
    attributes: texts(values).map(({ name, value }) => ({ name, time, value })),
    relationships: to,
  };
}

export function event(
  type: EventType,
  id: string,
  parts: {
    readonly at: number;
    readonly values?: Readonly<Record<string, Cell>>;
    readonly to: readonly OcelRelationship[];
  },
): OcelEvent {
  const { at, values = {}, to } = parts;
  return { id, type, time: isoOf(at), attributes: texts(values), relationships: to };
}

/** What is not known is left out. */
function texts(values: Readonly<Record<string, Cell>>): { name: string; value: string }[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : { name, value: String(value) },
  );
}

/** A relationship to an object, where there is one. */
export function related(
  qualifier: string,
  type: ObjectType,
  ...names: readonly (string | null)[]
): readonly OcelRelationship[] {
  return names.at(-1) === null ? [] : [{ objectId: idOf(type, ...names), qualifier }];
}
