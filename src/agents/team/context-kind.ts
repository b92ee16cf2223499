/** The kind of what the agents of a run share: `context/RUN`. */
import type { z } from "zod";
import { defineKind, type Kind } from "../../actors/kind.ts";
import { ContextCommand, ContextInput } from "../../events/context/commands.ts";
import { ContextFact } from "../../events/context/facts.ts";
import { now } from "../../events/now.ts";
import { contextMachine } from "../../machines/context/context.ts";
import { faultOf } from "../../machines/context/faults.ts";
import type { Closed } from "../closed.ts";
import { inForkedRun } from "../forked-run.ts";

/** The shared context of a run. */
export type ContextKind = Kind<
  "context",
  Closed<ContextInput, undefined, ContextFact>,
  z.ZodType<ContextCommand, z.input<typeof ContextCommand>>,
  z.ZodType<ContextInput, z.input<typeof ContextInput>>
>;

const kind = defineKind({
  kind: "context",
  version: "1",
  machine: contextMachine,
  events: ContextCommand,
  input: ContextInput,
  facts: ContextFact,
  // also where a lease had to end first
  leadingFacts: ["context.updated"],
  forked: inForkedRun,
  refuse: ({ context }, command) => faultOf(context, command, now()),
});

/** Give it to a host whose agents share a context. */
export const contextKind = kind as unknown as ContextKind; // it is; its inside is hidden
