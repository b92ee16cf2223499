/** The kind of external memories: `memory/NAME`. */
import type { z } from "zod";
import { defineKind, type Kind } from "../../actors/kind.ts";
import { MemoryCommand, MemoryInput } from "../../events/memory/commands.ts";
import { MemoryFact } from "../../events/memory/facts.ts";
import { now } from "../../events/now.ts";
import { memoryMachine } from "../../machines/memory/memory.ts";
import { faultOf } from "../../machines/memory/state.ts";
import type { Closed } from "../closed.ts";

/** An external memory. */
export type MemoryKind = Kind<
  "memory",
  Closed<MemoryInput, undefined, MemoryFact>,
  z.ZodType<MemoryCommand, z.input<typeof MemoryCommand>>,
  z.ZodType<MemoryInput, z.input<typeof MemoryInput>>
>;

const kind = defineKind({
  kind: "memory",
  version: "1",
  machine: memoryMachine,
  events: MemoryCommand,
  input: MemoryInput,
  facts: MemoryFact,
  // also where an entry had to expire first
  leadingFacts: ["memory.stored", "memory.deleted"],
  refuse: ({ context }, command) => faultOf(context, command, now()),
});

/** Give it to a host whose agents remember. */
export const memoryKind = kind as unknown as MemoryKind; // it is; its inside is hidden
