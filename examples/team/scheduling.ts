/**
 * Resource scheduling: two graphics cards, five jobs that each need one. The urgent job goes
 * first, no more than two run at a time, whoever does them, and a job with a time waits for it.
 *
 *     npx node examples/team/scheduling.ts [LOG]
 */
import { createHost, openQueue, queueKinds, startWorker } from "troupe";

export async function demo(log: string): Promise<readonly string[]> {
  await using host = await createHost({ log, kinds: queueKinds() });
  const queue = await openQueue(host, "cards", { handlers: { render: 2 } });
  const started: string[] = [];
  let [running, most] = [0, 0];
  async function render({ name }: { readonly name: string }): Promise<void> {
    started.push(name);
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, 5));
    running--;
  }
  const job = (name: string) => ({ name, handler: "render", workflow: "film" });
  const at = Date.now() + 300;
  await queue.addAll([
    { ...job("credits"), priority: "LOW" },
    job("scene 1"),
    job("scene 2"),
    { ...job("trailer"), priority: "URGENT" },
    { ...job("premiere"), scheduledAt: at },
  ]);
  await using _first = await startWorker(host, "cards", { handlers: { render } });
  await using _second = await startWorker(host, "cards", { handlers: { render } });
  const ends = (await queue.waitForWorkflow("film")) ?? [];
  const onTime = Date.now() >= at;
  return [
    `first ${started.slice(0, 2).toSorted().join(" and ")}, last ${started.at(-1)}`,
    `at most ${most} at a time`,
    `${ends.filter(({ status }) => status === "COMPLETED").length} done, ${onTime ? "on time" : "too early"}`,
  ];
}

if (import.meta.main) for (const line of await demo(process.argv[2] ?? "memory:")) console.log(line);
