/** An agent that is bound to a label works on the hosts that have it, whichever host runs its run. */
import { byFunction, createHost, defineAgent, planKinds } from "troupe";
import { expect, it } from "vitest";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";

it("its turns run on a host with its label, and those of other agents where their run is", async () => {
  const store = memoryStore({ partitions: 1 });
  const place = { run: "r1", folder: "/tmp", artifacts: "/tmp/r1" };
  const did: string[] = [];
  const hostOf = async (name: string, labels: readonly string[]) => {
    const way = byFunction(async ({ agent }) => void did.push(`${agent} on ${name}`));
    const agents = {
      coder: defineAgent({ name: "coder", description: "Codes.", way, host: "gpu" }),
      clerk: defineAgent({ name: "clerk", description: "Files.", way }),
    };
    const kinds = planKinds({ agents });
    return createHost({ log: memoryLog({ store, shared: true }), kinds, labels });
  };
  await using first = await hostOf("first", ["cpu"]);
  await using _second = await hostOf("second", ["gpu"]);
  const tasks = [
    { id: "code", agent: "coder" },
    { id: "file", agent: "clerk", dependsOn: ["code"] },
  ];
  const input = { ...place, plan: { name: "p", tasks } };
  const run = await first.start("workflow/r1", { input });
  const { output } = await run.waitFor(({ status }) => status === "done");
  expect(output).toMatchObject({ status: "COMPLETED" });
  expect(did).toEqual(["coder on second", "clerk on first"]);
});

it("a label that cannot be one is a fault of the definition", () => {
  const way = byFunction(async () => {});
  expect(() => defineAgent({ name: "a", description: "A.", way, host: "no label" })).toThrow(
    /host[\s\S]*no label: letters|no label: letters/,
  );
});
