/**
 * Shared working memory: two researchers of a run note what they find in its shared context, and
 * the writer reads all of it, knowing who wrote what.
 *
 *     npx node examples/team/memory.ts [LOG]
 */
import { createOrchestrator, sharedContext, type Work } from "troupe";

const FACTS: Readonly<Record<string, string>> = {
  actors: "an actor is a mailbox and a state",
  logs: "a log is the only truth",
};

const PLAN = {
  name: "research",
  tasks: [
    { id: "actors", agent: "researcher", input: "actors" },
    { id: "logs", agent: "researcher", input: "logs" },
    { id: "report", agent: "writer", dependsOn: ["actors", "logs"] },
  ],
};

export async function demo(log: string, folder = "."): Promise<readonly string[]> {
  const lines: string[] = [];
  async function researcher({ run, task, input }: Work): Promise<void> {
    const memory = await sharedContext(team.host, run);
    await memory.set(`notes/${task}`, FACTS[String(input)] ?? "nothing", { by: `researcher-${task}` });
  }
  async function writer({ run }: Work): Promise<void> {
    const memory = await sharedContext(team.host, run);
    for (const [key, { value, updatedBy }] of await memory.all())
      lines.push(`${key}: ${String(value)} (${updatedBy})`);
  }
  await using team = await createOrchestrator({ log, folder, agents: { researcher, writer } });
  const { success } = await team.execute(PLAN);
  return [...lines, success ? "COMPLETED" : "FAILED"];
}

if (import.meta.main) for (const line of await demo(process.argv[2] ?? "memory:")) console.log(line);
