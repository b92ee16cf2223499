/** Activities of agents: run to their end under plain XState, or as the work of a small kind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  assign,
  createActor,
  setup,
  toPromise,
  type NonReducibleUnknown,
  type PromiseActorLogic,
} from "xstate";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import type { WorkPackage } from "../../src/events/work.ts";

/** What an activity answers, or the rejection with what it throws. */
export function ran<TOutput, TInput extends NonReducibleUnknown>(
  logic: PromiseActorLogic<TOutput, TInput>,
  input: TInput,
): Promise<TOutput> {
  const actor = createActor(logic, { input });
  actor.subscribe({ error: () => {} });
  const end = toPromise(actor);
  actor.start();
  return end;
}

export function freshFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "troupe-agents-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function workPackage(rest: Partial<WorkPackage> = {}): WorkPackage {
  return {
    purpose: "work",
    run: "r1",
    task: "t1",
    title: "Do it",
    attempt: 1,
    reads: [],
    outputs: [],
    criteria: [],
    upstream: {},
    stages: [],
    feedback: [],
    ...rest,
  };
}

/** A kind whose one state is an activity with the actor's own input: working → done | failed. */
export function doingKind<TOutput, TInput extends NonReducibleUnknown>(
  logic: PromiseActorLogic<TOutput, TInput>,
) {
  const machine = setup({
    types: {
      context: {} as { input: NonReducibleUnknown; output: TOutput | undefined; error: unknown },
      input: {} as TInput,
    },
    actors: { work: logic as PromiseActorLogic<TOutput, NonReducibleUnknown> }, // it gets what the actor was started with
  }).createMachine({
    context: ({ input }) => ({ input, output: undefined, error: undefined }),
    initial: "working",
    states: {
      working: {
        invoke: {
          id: "work",
          src: "work",
          input: ({ context }) => context.input,
          onDone: { target: "done", actions: assign({ output: ({ event }) => event.output }) },
          onError: { target: "failed", actions: assign({ error: ({ event }) => event.error }) },
        },
      },
      done: {},
      failed: {},
    },
  });
  return defineKind({ kind: "doing", version: "1", machine, events: z.never() });
}
