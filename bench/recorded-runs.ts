/**
 * Logs of runs that really ran: some are recorded on a memory log, and written again and again
 * under other names, by other agents, over the last sixty days.
 */
import { createHost } from "../src/actors/host.ts";
import { planKinds } from "../src/agents/plan-kinds.ts";
import type { EventLog, NewRecord, Recorded } from "../src/events/log/log.ts";
import { memoryLog } from "../src/events/log/memory.ts";
import { Plan } from "../src/events/plan/plan.ts";

/** Names in what was recorded; those of a run take their place. */
const RUN = "RUN-ID";
const AGENTS = ["AGENT-A", "AGENT-B", "AGENT-C"];
const TITLE = "SUBJECT";
/** How many agents there are, and how many things that they are asked for. */
const POOL = 24;
const SUBJECTS = 2_000;
const SPAN_MS = 60 * 86_400_000;
/** Runs that are written at a time. */
const AT_ONCE = 100;

type Template = readonly Recorded[];

/** What went well; what was sent back, tried again, or failed. */
async function recordTemplates(): Promise<readonly Template[]> {
  const fine = await recordRun(0);
  return [fine, fine, fine, await recordRun(1), fine, fine, await recordRun(9)];
}

/** A run of three tasks, the second of which fails so often before it is done. */
async function recordRun(failures: number): Promise<Template> {
  const log = memoryLog();
  let failed = 0;
  const work = async (): Promise<{ readonly summary: string }> => ({ summary: "done as asked" });
  const flaky = async (): Promise<{ readonly summary: string }> => {
    if (++failed <= failures) throw new Error("the tests of it fail");
    return work();
  };
  const [a = "", b = "", c = ""] = AGENTS;
  const kinds = planKinds({ agents: { [a]: work, [b]: flaky, [c]: work } });
  const task = (id: string, agent: string, title: string, dependsOn: readonly string[] = []) => ({
    id,
    agent,
    title: `${title} of ${TITLE}`,
    dependsOn,
    estimateMs: 60_000,
    maxRetries: 1,
    retryDelayMs: 1,
  });
  const plan = Plan.parse({
    name: "feature",
    tasks: [
      task("design", a, "Design the interface"),
      task("build", b, "Build the service", ["design"]),
      task("review", c, "Review the change", ["build"]),
    ],
  });
  {
    await using host = await createHost({ log, kinds });
    const input = { run: RUN, folder: "/project", artifacts: "/project/out", plan };
    const run = await host.start(`workflow/${RUN}`, { input });
    await run.waitFor(({ status }) => status !== "active");
  }
  const records: Recorded[] = [];
  for await (const { position: _, ...record } of log.scan()) records.push(record);
  return records;
}

/** Writes at least so many records; returns how many there are. */
export async function fillRuns(log: EventLog, records: number, until = Date.now()): Promise<number> {
  const texts = (await recordTemplates()).map((template) => JSON.stringify(template));
  const template = texts.map((text) => JSON.parse(text) as Template); // it was just written
  const runs = Math.ceil(records / (template.reduce((sum, one) => sum + one.length, 0) / texts.length));
  let written = 0;
  for (let run = 0; run < runs; run += AT_ONCE) {
    const some: Promise<unknown>[] = [];
    for (let nth = run; nth < Math.min(runs, run + AT_ONCE); nth++) {
      const at = until - SPAN_MS + Math.floor((SPAN_MS * nth) / runs);
      const own = named(texts[nth % texts.length] ?? "[]", nth, at);
      written += own.length;
      for (const [stream, steps] of Map.groupBy(own, (record) => record.stream))
        some.push(log.append(stream, steps.map(bare), { expected: 0 }));
    }
    await Promise.all(some);
  }
  return written;
}

/** What was recorded, under the names and at the time of a run, a thousand times slower. */
function named(text: string, nth: number, begin: number): Template {
  let own = text.replaceAll(RUN, `run-${nth}`).replaceAll(TITLE, `subject ${nth % SUBJECTS}`);
  for (const [at, agent] of AGENTS.entries())
    own = own.replaceAll(agent, `agent-${(nth * 7 + at) % POOL}`);
  const records = JSON.parse(own) as Template; // it was a template
  const first = records[0]?.at ?? 0;
  return records.map((record) => ({
    ...record,
    id: `${nth}-${record.id}`,
    at: begin + (record.at - first) * 1_000,
  }));
}

function bare({ id, type, at, correlation, cause, trace, body }: Recorded): NewRecord {
  const given = { ...(cause !== undefined && { cause }), ...(trace !== undefined && { trace }) };
  return { id, type, at, correlation, ...given, body };
}
