/**
 * A look at a record's body that is quicker than its schema: what a load, which reads thousands,
 * asks first. Whatever fits here fits the schema (a property test holds them together); what does
 * not may still be a record, and the schema has the last word and the message.
 */
import type { Born, Origin, RecordBody } from "./record.ts";

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => Number.isFinite(value);
const isCount: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isAnything: Test = (value) => value !== undefined; // bodies are strict JSON already (L7)
const isEvent: Test = (value) => isObject(value) && "type" in value && typeof value.type === "string";

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test);
}

function recordOf(test: Test): Test {
  return (value) => isObject(value) && Object.values(value).every(test);
}

const STATUSES: ReadonlySet<unknown> = new Set(["active", "done", "error", "stopped"]);
const NEEDED = ["v", "version", "epoch", "state", "status", "hash", "owes"] as const;

/** An object of these fields alone. */
function only(tests: Readonly<Record<string, Test>>): Test {
  const known = new Map(Object.entries(tests));
  return (value) =>
    isObject(value) && Object.entries(value).every(([key, field]) => known.get(key)?.(field) === true);
}

const ORIGIN: Record<keyof Origin, Test> = {
  of: isText,
  at: (value) => isCount(value) && value !== 0,
  shiftMs: isCount,
  change: isText,
};
const isOrigin = only(ORIGIN);

const BORN: Record<keyof Born, Test> = {
  id: isText,
  input: isAnything,
  parent: isText,
  lineage: listOf(isText),
  systemId: isText,
  syncSnapshot: (value) => value === true,
  fork: (value) =>
    isOrigin(value) && isObject(value) && "of" in value && "at" in value && "shiftMs" in value,
};
const isBirth = only(BORN);

/** Every field but those of rare records, which are left to the schema. */
const TESTS: Record<Exclude<keyof RecordBody, "checkpoint" | "system">, Test> = {
  v: isCount, // which, is looked at last
  version: isText,
  epoch: isCount,
  born: (value) => isBirth(value) && isObject(value) && "id" in value,
  event: isEvent,
  from: isText,
  timer: isText,
  stale: (value) => value === true,
  handled: (value) => value === false,
  facts: listOf(isEvent),
  state: isAnything,
  status: (value) => STATUSES.has(value),
  output: isAnything,
  error: isAnything,
  hash: isText,
  light: (value) => value === true,
  digests: recordOf((value) => value === null || isText(value)),
  settled: listOf(isText),
  ran: isCount,
  dues: recordOf(isNumber),
  lookups: recordOf((value) => value === null || isText(value)),
  taken: listOf(isText),
  since: (value) => isCount(value) && value !== 0,
  copied: (value) => value === true,
  owes: isCount,
};
const tests: ReadonlyMap<string, Test> = new Map(Object.entries(TESTS));

/** Whether a body is surely that of a record of this version. */
export function fits(body: object, version: number): body is RecordBody {
  for (const [key, value] of Object.entries(body)) if (tests.get(key)?.(value) !== true) return false;
  return NEEDED.every((key) => key in body) && "v" in body && body.v === version;
}
