/**
 * Automated delegation: the lead of a run splits its work into jobs and goes on when all are done.
 * Who does them is the queue's business: any worker that has the handler, here or in other
 * processes. A job whose worker fails is tried again by itself. The result is handed to the critic.
 *
 *     npx node examples/team/delegation.ts [LOG]
 */
import { createOrchestrator, openQueue, openTeam, startWorker, type Work } from "troupe";

const CHAPTERS = ["actors", "logs", "replay"];
const PLAN = { name: "book", tasks: [{ id: "write", agent: "lead" }] };

export async function demo(log: string, folder = "."): Promise<readonly string[]> {
  await using team = await createOrchestrator({ log, folder, agents: { lead } });
  await openQueue(team.host, "writing"); // for the worker
  await using worker = await startWorker(team.host, "writing", {
    handlers: {
      chapter({ args, attempt }) {
        if (args[0] === "logs" && attempt === 1) throw new Error("out of ink");
        return `${String(args[0])} in ${attempt}`;
      },
    },
  });

  async function lead({ run, idempotencyKey }: Work) {
    const orders = CHAPTERS.map((chapter) => ({
      name: `chapter on ${chapter}`,
      handler: "chapter",
      args: [chapter],
      workflow: run,
      backoff: { delayMs: 1 },
    }));
    const queue = await openQueue(team.host, "writing"); // after a crash this goes on as soon as there is a team
    await queue.addAll(orders, { id: `${idempotencyKey}:jobs` }); // once, though a crash may call this again
    const ends = (await queue.waitForWorkflow(run)) ?? [];
    const chapters = ends.map((end) => (end.status === "COMPLETED" ? end.result : end.status));
    const talk = await openTeam(team.host, run);
    const self = await talk.join("lead");
    await talk.join("critic");
    await self.handOff("critic", chapters.map(String), { id: `${idempotencyKey}:hand-off` });
    return { summary: `${ends.length} chapters`, data: { run } };
  }

  const { success } = await team.execute(PLAN, { id: "book-1" });
  const critic = await (await openTeam(team.host, "book-1")).join("critic");
  const handedOff = await critic.receive({ timeoutMs: 10_000 });
  const { payload, from } = handedOff ?? {};
  await worker.stop();
  return [`from ${from}: ${JSON.stringify(payload)}`, success ? "COMPLETED" : "FAILED"];
}

if (import.meta.main) for (const line of await demo(process.argv[2] ?? "memory:")) console.log(line);
