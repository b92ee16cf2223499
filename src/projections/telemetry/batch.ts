/** The lines of a record of `telemetry/…`, by what they are about; read once for all projections. */
import type { RecordBody } from "../../events/record.ts";
import { entriesOf, type InvocationEntry, type WorkflowEntry } from "./entries.ts";

export interface BatchView {
  readonly invocations: ReadonlyMap<string, readonly InvocationEntry[]>;
  /** What is said of workflows themselves. */
  readonly workflows: ReadonlyMap<string, readonly WorkflowEntry[]>;
  /** What is said of invocations of a workflow. */
  readonly parts: ReadonlyMap<string, readonly InvocationEntry[]>;
  /** Keys of the rows that the record changes. */
  readonly invocationIds: readonly string[];
  readonly workflowIds: readonly string[];
}

const PREFIX = "telemetry/";
const read = new WeakMap<RecordBody, BatchView>();

/** Undefined for records of anything else. */
export function batchIn(stream: string, body: RecordBody | undefined): BatchView | undefined {
  if (!stream.startsWith(PREFIX) || body?.born === undefined) return undefined;
  const known = read.get(body);
  if (known !== undefined) return known;
  const view = viewOf(body.born.input);
  read.set(body, view);
  return view;
}

function viewOf(input: unknown): BatchView {
  const lines: unknown =
    typeof input === "object" && input !== null && "lines" in input ? input.lines : [];
  const entries = (Array.isArray(lines) ? lines : []).map(entriesOf);
  const invocations = entries.flatMap(({ invocation }) => invocation ?? []);
  const workflows = Map.groupBy(
    entries.flatMap(({ workflow }) => workflow ?? []),
    ({ id }) => id,
  );
  const parts = Map.groupBy(invocations.filter(isPart), ({ workflow }) => workflow);
  const byId = Map.groupBy(invocations, ({ id }) => id);
  return {
    invocations: byId,
    workflows,
    parts,
    invocationIds: [...byId.keys()],
    workflowIds: [...new Set([...workflows.keys(), ...parts.keys()])],
  };
}

function isPart(entry: InvocationEntry): entry is InvocationEntry & { readonly workflow: string } {
  return entry.workflow !== undefined;
}
