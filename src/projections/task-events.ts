/**
 * Records as events under the names that other systems know.
 *
 * - `TASK_DISPATCHED` when a task is handed to its agent, `TIMEOUT` when an attempt took too
 *   long, and seven more: a workflow or a task started, completed or failed, and `state_changed`
 *   whenever a workflow or task comes to another state by whatever way.
 * - Ids are those of the records, so that reading a log twice gives the same events.
 */
import { z } from "zod";
import { parseAddress } from "../events/address.ts";
import { TaskFact } from "../events/facts/task.ts";
import { WorkflowFact } from "../events/facts/workflow.ts";
import type { Json, JsonObject } from "../events/json.ts";
import type { RecordBody } from "../events/record.ts";
import { stateLabel } from "./runs-view.ts";

export const TaskEventType = z.enum([
  "TASK_DISPATCHED",
  "TIMEOUT",
  "task_started",
  "task_completed",
  "task_failed",
  "workflow_started",
  "workflow_completed",
  "workflow_failed",
  "state_changed",
]);
export type TaskEventType = z.infer<typeof TaskEventType>;

/** On which of three channels an event belongs: what agents are asked, what they answer, and how runs go. */
export const Channel = z.enum(["AGENT_REQUESTS", "AGENT_RESULTS", "WORKFLOW_EVENTS"]);
export type Channel = z.infer<typeof Channel>;

/** One event. Its field names are those that cross processes. */
export const TaskEvent = z.strictObject({
  /** The record's id, and which of its events this is. */
  event_id: z.string(),
  event_type: TaskEventType,
  channel: Channel,
  /** ISO 8601, UTC. */
  timestamp: z.string(),
  /** The same for all that belongs to one undertaking. */
  correlation_id: z.string(),
  workflow_id: z.string(),
  /** Absent for events of the whole workflow. */
  task_id: z.string().optional(),
  data: z.record(z.string(), z.json()),
  /** The address of the actor that it happened to. */
  source: z.string(),
});
export type TaskEvent = z.infer<typeof TaskEvent>;

/** What is read of a record. */
export interface EventRecord {
  readonly id: string;
  /** The actor's address. */
  readonly stream: string;
  /** Epoch ms. */
  readonly at: number;
  readonly correlation: string;
  readonly body: RecordBody;
}

/**
 * Makes a reader of records: give it those of each actor in order, from its first on, and it
 * answers with their events. It remembers the state of every actor that is not at its end.
 */
export function taskEvents(): (record: EventRecord) => readonly TaskEvent[] {
  const states = new Map<string, string>();
  return (record) => {
    const { stream, body } = record;
    const { kind } = parseAddress(stream);
    if (kind !== "workflow" && kind !== "task") return [];
    const before = states.get(stream);
    const now = stateLabel(body.status, body.state);
    if (body.status === "active") states.set(stream, now);
    else states.delete(stream);
    const told = (body.facts ?? []).flatMap((fact) => namedIn(fact));
    const moved = before === undefined || before === now ? [] : [changed(before, now)];
    return [...told, ...moved].map((event, at) => whole(record, event, at));
  };
}

interface Named {
  readonly type: TaskEventType;
  readonly task?: string;
  readonly data: JsonObject;
}

function whole({ id, stream, at, correlation }: EventRecord, named: Named, n: number): TaskEvent {
  const { root, path } = parseAddress(stream);
  const task = named.task ?? path[0]?.replace(/~\d+$/, "");
  return {
    event_id: `${id}/${n}`,
    event_type: named.type,
    channel: channelOf(named.type),
    timestamp: new Date(at).toISOString(),
    correlation_id: correlation,
    workflow_id: root,
    ...(task !== undefined && { task_id: task }),
    data: named.data as TaskEvent["data"], // zod's JSON is mutable, ours is not
    source: stream,
  };
}

function channelOf(type: TaskEventType): Channel {
  switch (type) {
    case "TASK_DISPATCHED":
      return "AGENT_REQUESTS";
    case "TIMEOUT":
    case "task_completed":
    case "task_failed":
      return "AGENT_RESULTS";
    case "task_started":
    case "workflow_started":
    case "workflow_completed":
    case "workflow_failed":
    case "state_changed":
      return "WORKFLOW_EVENTS";
  }
}

function changed(from: string, to: string): Named {
  return { type: "state_changed", data: { from, to } };
}

/** What a fact is called elsewhere; nothing where it has no name there. */
function namedIn(fact: Json): readonly Named[] {
  const flow = WorkflowFact.safeParse(fact);
  if (flow.success) return ofWorkflow(flow.data);
  const task = TaskFact.safeParse(fact);
  return task.success ? ofTask(task.data) : [];
}

const FLOW_NAMES: Partial<Record<WorkflowFact["type"], TaskEventType>> = {
  "workflow.started": "workflow_started",
  "workflow.completed": "workflow_completed",
  "workflow.failed": "workflow_failed",
};
const TASK_NAMES: Partial<Record<TaskFact["type"], TaskEventType>> = {
  "task.started": "task_started",
  "task.completed": "task_completed",
  "task.failed": "task_failed",
  "task.timed_out": "TIMEOUT",
};

function ofWorkflow(fact: WorkflowFact): readonly Named[] {
  if (fact.type === "task.delegated") {
    const { task: id, input_artifacts, ...task } = fact.data;
    return [
      { type: "TASK_DISPATCHED", task: id, data: json({ task: { id, ...task }, input_artifacts }) },
    ];
  }
  const type = FLOW_NAMES[fact.type];
  return type === undefined ? [] : [{ type, data: json(fact.data) }];
}

function ofTask({ type: fact, data: { task, ...data } }: TaskFact): readonly Named[] {
  const type = TASK_NAMES[fact];
  return type === undefined ? [] : [{ type, task, data: json(data) }];
}

function json(data: object): JsonObject {
  return data as JsonObject; // it was read as a fact, which is JSON
}
