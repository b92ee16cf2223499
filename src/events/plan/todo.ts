/**
 * Todo lists: the older JSON shape of a plan, in which each item names the role of the agent
 * that does it.
 *
 * - Fields keep the names that they have in such files; spans of time are seconds.
 */
import { z } from "zod";
import { BranchReason } from "../failure.ts";
import { Limits, PlanAgent } from "./plan.ts";
import { Id, Path, Run, Text, Word } from "./values.ts";

/** Longest time a timer can hold. */
const MAX_SECONDS = 2_147_483;

const Seconds = z.number().min(0.001).max(MAX_SECONDS);

const TodoTest = z.strictObject({
  name: Word.optional(),
  description: Text.optional(),
  /** A shell line, or a list of words. */
  cmd: Run,
  timeout_seconds: Seconds.default(300),
});

/** One item of a list. */
export const TodoItem = z.strictObject({
  id: Id,
  title: Word.optional(),
  description: Text.optional(),
  /** The agent that does it. */
  agent_role: Id,
  dependencies: z.array(z.string()).default([]),
  /** 1 is the most urgent (T-B4). */
  priority: z.int().min(1).max(10).default(6),
  acceptance_criteria: z
    .strictObject({ description: Text.optional(), tests: z.array(TodoTest).default([]) })
    .default({ tests: [] }),
  /** Which agent mends which kind of failure (S3-034). */
  failure_routing: z.partialRecord(BranchReason, Id).optional(),
  max_debug_attempts: z.int().min(1).max(10).optional(),
  timeout_seconds: Seconds.optional(),
  max_retries: z.int().min(0).max(100).default(0),
  estimated_duration: Seconds.optional(),
  input_artifacts: z.array(Path).default([]),
  output_artifacts: z.array(Path).default([]),
  /** Of a branch todo that a former run made; such an item is not done again. */
  is_temporary: z.boolean().default(false),
  parent_id: Id.optional(),
  branch_reason: BranchReason.optional(),
  debug_instructions: Text.optional(),
  /** Of a former run; says nothing about the next. */
  status: Word.optional(),
  /** Data for the agent. */
  metadata: z.record(z.string(), z.json()).optional(),
});
export type TodoItem = z.infer<typeof TodoItem>;

const items = z.array(TodoItem).min(1, "a todo list needs at least one item");

/** A whole list. Its items stand under one of three names. */
export const TodoList = z.strictObject({
  todo_list_id: Word.optional(),
  workflow_id: Word.optional(),
  version: z.union([Word, z.int()], { error: "text or a whole number" }).optional(),
  title: Word.optional(),
  /** What was asked for. */
  request: Text.optional(),
  created_at: Word.optional(),
  items: items.optional(),
  todos: items.optional(),
  tasks: items.optional(),
  /** As in a plan: agents that are commands, by role. */
  agents: z.record(Id, PlanAgent).default({}),
  max_branch_depth: Limits.shape.depth.optional(),
  max_branches: Limits.shape.branches.optional(),
  metadata: z.record(z.string(), z.json()).optional(),
});
export type TodoList = z.infer<typeof TodoList>;

/** What the list of items may be called. */
export const ITEMS = ["items", "todos", "tasks"] as const;
