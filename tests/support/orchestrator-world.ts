/** An orchestrator on a bench's log, in a folder of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Agents } from "../../src/agents/agent.ts";
import { createOrchestrator, type OrchestratorOptions } from "../../src/agents/orchestrator.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { freshFolder } from "./agent-runs.ts";
import type { Bench } from "./laws-bench.ts";

/** Roles that only answer. */
export const STUBS: Agents = {
  backend_engineer: async ({ title }) => ({ summary: `built: ${title}` }),
  docs_writer: async ({ title }) => ({ summary: `wrote: ${title}`, data: { pages: 2 } }),
  qa_engineer: async () => ({ summary: "tested" }),
};

export async function world(b: Bench, options: OrchestratorOptions = {}) {
  const folder = freshFolder();
  const log = await b.open();
  const place = { log, folder: folder.path, artifacts: join(folder.path, "runs") };
  const open = (more: OrchestratorOptions = {}) =>
    createOrchestrator({ agents: STUBS, ...place, ...options, ...more });
  return {
    log,
    place,
    open,
    read: (path: string) => readFileSync(join(folder.path, "runs", path), "utf8"),
    facts: (run: string) => factsOf(log, run),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

interface Said {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: number;
}

async function factsOf(log: EventLog, run: string): Promise<readonly Said[]> {
  const all: Said[] = [];
  for await (const { stream, body, at } of log.scan())
    if (stream.endsWith(`/${run}`) || stream.includes(`/${run}:`))
      for (const fact of (body["facts"] ?? []) as unknown as Said[]) all.push({ ...fact, at });
  return all;
}
