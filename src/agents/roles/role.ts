/** What the roles have in common: how they are made, and how their answers are held to a document. */
import { z } from "zod";
import type { AgentLimits } from "../../events/agent/limits.ts";
import { placeText, type Fault } from "../../events/plan/fault.ts";
import { MAX_DATA } from "../../events/work.ts";
import {
  defineAgent,
  type AgentDefinition,
  type AgentOptions,
  type Delivery,
} from "../definition/definition.ts";
import type { Tools } from "../definition/tool.ts";
import type { ChatModel } from "../model/model.ts";
import { byModel } from "../ways/by-model.ts";
import type { Way } from "../ways/way.ts";

/** What may be said of a role that thinks. */
export interface RoleOptions {
  /** Default: the host's. */
  readonly model?: string | ChatModel | undefined;
  /** How it works, where that is not by a model. */
  readonly way?: Way | undefined;
  /** What it is told beside the role's own instructions. */
  readonly instructions?: string | undefined;
  readonly tools?: Tools | undefined;
  /** Names of tools that the host has. */
  readonly uses?: readonly string[] | undefined;
  /** Default false. */
  readonly mayAsk?: boolean | undefined;
  readonly limits?: z.input<typeof AgentLimits> | undefined;
}

/** A role, and what its user has to say of it. */
export function roleOf<TOutput>(
  role: Omit<AgentOptions<TOutput>, "way"> & { readonly instructions: string },
  { model, way = byModel(model), instructions, limits, ...rest }: RoleOptions,
): AgentDefinition {
  const more = instructions === undefined ? "" : `\n\n${instructions}`;
  return defineAgent({
    ...role,
    ...rest,
    way,
    instructions: `${role.instructions}${more}`,
    limits: { ...role.limits, ...limits },
  });
}

/**
 * An answer that is a document: whoever answers sees its schema, and what is wrong with it is said
 * by whoever knows all its rules, not by the schema alone.
 */
export function document(schema: Readonly<Record<string, unknown>>): z.ZodType {
  const { $schema: _, ...rest } = schema;
  return z.unknown().meta(rest);
}

/** Faults as an agent is told of them. */
export function problemsOf(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ path, message, hint }) => {
    const place = placeText(path);
    return `${place === "" ? "" : `${place}: `}${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

/** A document as a result: its text is the first output, itself the data. */
export function delivered(value: unknown, summary: string): Delivery {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? "");
  if (bytes > MAX_DATA)
    return { problems: [`it has ${bytes} bytes, more than ${MAX_DATA}: say it in fewer`] };
  return { summary, data: value, text: `${JSON.stringify(value, undefined, 2)}\n` };
}
