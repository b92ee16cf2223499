/**
 * Contracts: what an architect promises before code is written (S3-015). Fields keep the
 * names that such files have.
 */
import { z } from "zod";
import { Id, Text, Word } from "./plan/values.ts";

const described = { name: Word, description: Text.optional() };

const Method = z.strictObject({
  ...described,
  /** As it would be written in code: `sum(values: number[]): number`. */
  signature: Word,
});

/** Something that others may call. */
const ContractInterface = z.strictObject({
  ...described,
  /** What it is: `class`, `function`, `module`, … */
  type: Word,
  /** Absent where its methods say it all. */
  signature: Word.optional(),
  methods: z
    .array(z.union([Word, Method], { error: "a signature, or name and signature" }))
    .default([]),
});

const Field = z.strictObject({ ...described, type: Word, required: z.boolean().default(true) });

/** Data that passes between interfaces. */
const DataModel = z.strictObject({
  ...described,
  /** By name their types, or a list of them. */
  fields: z
    .union([z.record(Word, Word), z.array(Field)], { error: "types by name, or a list of fields" })
    .default({}),
});

/** A test that is to be written. */
const TestSkeleton = z.strictObject({
  ...described,
  /** The interface that it is about. */
  interface: Word.optional(),
  code: Text.optional(),
});

export const Contract = z.strictObject({
  contract_id: Id,
  version: z.union([Word, z.int()], { error: "text or a whole number" }).optional(),
  task_id: Id.optional(),
  title: Word.optional(),
  description: Text.optional(),
  interfaces: z.array(ContractInterface).min(1, "a contract needs at least one interface"),
  data_models: z.array(DataModel).default([]),
  test_skeletons: z.array(TestSkeleton).default([]),
  metadata: z.record(z.string(), z.json()).optional(),
});
export type Contract = z.infer<typeof Contract>;
