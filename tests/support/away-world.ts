/** A kind whose activity runs on a label, and hosts on one log that say what runs on them. */
import { setTimeout as sleep } from "node:timers/promises";
import { assign, setup } from "xstate";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { createHost, type Host, type HostOptions } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { Run } from "./laws-kinds.ts";
import { freshName } from "./nats-log.ts";
import { sharedNats } from "./shared-nats.ts";

/** Handles on one log of one partition, which hosts share. */
export const SHARED_ENGINES: readonly (readonly [string, () => () => Promise<EventLog>])[] = [
  [
    "memory",
    () => {
      const store = memoryStore({ partitions: 1 });
      return async () => memoryLog({ store, shared: true });
    },
  ],
  [
    "jetstream",
    () => {
      const url = sharedNats.logUrl(freshName(), "&partitions=1");
      return () => jetstreamLog({ url });
    },
  ],
];

/** Time that a job called "short" has. */
export const SHORT_MS = 40;

const TaskEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GO"), job: z.string(), on: z.string().nullable() }),
  z.strictObject({ type: z.literal("CANCEL") }),
  z.strictObject({ type: z.literal("NEWS"), text: z.string() }),
]);

/** What the activity may tell its actor. */
export const newsOf = (text: string) => ({ type: "NEWS", text });

interface Input {
  readonly job: string;
  readonly on: string | null;
}

/** idle → working (an activity on hosts with a label) → done | failed. */
function taskKind(runs: Run[], version = "1") {
  const machine = setup({
    types: {
      context: {} as Input & { news: string[]; result?: string; error?: unknown },
      events: {} as z.infer<typeof TaskEvent>,
    },
    actors: {
      work: activity<Input, string>(
        (context) => {
          const { promise, resolve, reject } = Promise.withResolvers<string>();
          runs.push({ context, succeed: resolve, fail: reject });
          return promise;
        },
        {
          on: ({ on }) => on ?? undefined,
          retry: ({ job }) => (job === "twice" ? { maxAttempts: 2, delayMs: 1 } : undefined),
          timeoutMs: ({ job }) => (job === "short" ? SHORT_MS : undefined),
        },
      ),
    },
  }).createMachine({
    context: { job: "", on: null, news: [] },
    initial: "idle",
    on: { NEWS: { actions: assign({ news: ({ context, event }) => [...context.news, event.text] }) } },
    states: {
      idle: {
        on: {
          GO: { target: "working", actions: assign(({ event }) => ({ job: event.job, on: event.on })) },
        },
      },
      working: {
        on: { CANCEL: "idle" },
        invoke: {
          id: "work",
          src: "work",
          input: ({ context: { job, on } }) => ({ job, on }),
          onDone: { target: "done", actions: assign({ result: ({ event }) => event.output }) },
          onError: { target: "failed", actions: assign({ error: ({ event }) => event.error }) },
        },
      },
      done: {},
      failed: {},
    },
  });
  return defineKind({ kind: "task", version, machine, events: TaskEvent });
}

type Kinds = readonly [ReturnType<typeof taskKind>];

/** A host, with what runs on it; the log closes with it. */
export async function hostOn(
  log: EventLog,
  options: Partial<HostOptions<Kinds>> & { readonly version?: string } = {},
): Promise<Host<Kinds> & { readonly runs: Run[]; readonly log: EventLog; readonly warned: string[] }> {
  const runs: Run[] = [];
  const warned: string[] = [];
  const { version, ...rest } = options;
  const kinds: Kinds = [taskKind(runs, version)];
  const warn = (message: string): void => void warned.push(message);
  const host = await createHost({ warn, ...rest, log, kinds });
  return {
    ...host,
    runs,
    log,
    warned,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("it does not come to hold");
    await sleep(5);
  }
}

export async function typesOf(log: EventLog, address: string): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { type } of log.read(address)) types.push(type);
  return types;
}
