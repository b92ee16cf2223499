/** The history of a shared context: its log, read back. */
import { z } from "zod";
import { ContextCommand } from "../../events/context/commands.ts";
import { ContextUpdated } from "../../events/context/facts.ts";
import type { Json } from "../../events/json.ts";
import type { StepRecord } from "../../projections/projection.ts";
import type { Asking } from "./context-asking.ts";

/** One update. */
export interface ContextChange {
  /** Of the context, after it. */
  readonly version: number;
  readonly updatedBy: string;
  /** Epoch ms. */
  readonly updatedAt: number;
  /** What was written, by key. */
  readonly values: Readonly<Record<string, Json>>;
  readonly deleted: readonly string[];
  /** The record's number: where the next page begins. */
  readonly seq: number;
}

export interface HistoryOptions {
  /** Only updates that wrote or deleted this key. */
  readonly key?: string;
  /** At most so many. Default 100. */
  readonly limit?: number;
  /** Only what came before the change with this `seq`: the last one of the page before. */
  readonly before?: number;
}

/** The updates, the latest first. */
export async function historyOf(
  { actors, address }: Pick<Asking, "actors" | "address">,
  { key, limit = 100, before }: HistoryOptions,
): Promise<readonly ContextChange[]> {
  const found: ContextChange[] = [];
  if (limit < 1) return found;
  const records = actors.latest(address, before === undefined ? {} : { before });
  for await (const record of records) {
    const change = changeIn(record, key);
    if (change !== undefined && found.push(change) >= limit) break;
  }
  return found;
}

function changeIn({ body, seq, at }: StepRecord, key: string | undefined): ContextChange | undefined {
  const said = (body.facts ?? []).find(({ type }) => type === "context.updated");
  if (said === undefined) return undefined;
  const { version, updatedFields, updatedBy } = ContextUpdated.parse(said).data;
  if (key !== undefined && !updatedFields.includes(key)) return undefined;
  return { version, updatedBy, updatedAt: at, ...written(body), seq };
}

const Born = z.looseObject({ values: z.record(z.string(), z.json()).default({}) });

/** What the record's input wrote. */
function written({ born, event }: StepRecord["body"]): Pick<ContextChange, "values" | "deleted"> {
  if (born !== undefined) return { values: Born.parse(born.input).values, deleted: [] };
  const command = ContextCommand.parse(event);
  if (command.type === "SET") return { values: { [command.key]: command.value }, deleted: [] };
  if (command.type === "UPDATE") return { values: command.changes, deleted: [] };
  return { values: {}, deleted: command.type === "DELETE" ? [command.key] : [] };
}
