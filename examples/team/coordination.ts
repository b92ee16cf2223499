/**
 * Real-time coordination: two builders work off their steps while the lead changes the goal. They
 * hear of it at once, and the next step of each follows it; at the end the lead asks both.
 *
 *     npx node examples/team/coordination.ts [LOG]
 */
import { contextKind, createHost, messagesKinds, openTeam, type Teammate } from "troupe";

/** Builds until it has been told a second goal, and says what it built for it. */
async function builder(self: Teammate): Promise<AsyncDisposable> {
  let goal = "";
  await self.subscribe("context_share");
  return self.handle({
    context_share: ({ payload }) => void (goal = String(payload)),
    request: ({ payload }) => `${self.name} ${String(payload)} ${goal}`,
  });
}

export async function demo(log: string): Promise<readonly string[]> {
  await using host = await createHost({ log, kinds: [...messagesKinds(), contextKind] });
  const team = await openTeam(host, "coordination");
  const lead = await team.join("lead");
  await using _ada = await builder(await team.join("ada"));
  await using _bob = await builder(await team.join("bob"));
  const lines: string[] = [];
  for (const goal of ["a bridge", "a tunnel"]) {
    await lead.publish("context_share", goal, { priority: "HIGH" });
    for (const name of ["ada", "bob"]) lines.push(String(await lead.request(name, "builds")));
  }
  const said = await team.history({ type: "context_share" });
  return [
    ...lines,
    ...said.map(({ payload, deliveredTo }) => `${String(payload)} -> ${deliveredTo.join()}`),
  ];
}

if (import.meta.main) for (const line of await demo(process.argv[2] ?? "memory:")) console.log(line);
