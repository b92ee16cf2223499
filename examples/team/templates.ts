/**
 * Workflow templates: a plan made by a function, for any topic and any number of reviewers. The
 * same template makes different runs; `troupe new` has such plans as files.
 *
 *     npx node examples/team/templates.ts [LOG]
 */
import { createOrchestrator, type PlanInput, type Work } from "troupe";

/** One draft, some reviews of it side by side, one decision. */
function reviewed(topic: string, reviewers: readonly string[]): PlanInput {
  const reviews = reviewers.map((reviewer) => ({
    id: `review-${reviewer}`,
    agent: "reviewer",
    input: reviewer,
    dependsOn: ["draft"],
  }));
  return {
    name: `review-${topic}`,
    tasks: [
      { id: "draft", agent: "author", input: topic },
      ...reviews,
      { id: "decision", agent: "editor", dependsOn: reviews.map(({ id }) => id) },
    ],
  };
}

export async function demo(log: string, folder = "."): Promise<readonly string[]> {
  const lines: string[] = [];
  const agents = {
    author: async ({ input }: Work) => ({ summary: `draft on ${String(input)}` }),
    reviewer: async ({ input }: Work) => ({ summary: `${String(input)} agrees` }),
    async editor({ upstream }: Work) {
      lines.push(
        Object.values(upstream)
          .map(({ summary }) => summary)
          .join(", "),
      );
    },
  };
  await using team = await createOrchestrator({ log, folder, agents });
  const runs = [reviewed("actors", ["ada"]), reviewed("logs", ["bob", "eve"])];
  for (const plan of runs) {
    const { success } = await team.execute(plan);
    lines.push(`${plan.name} ${success ? "COMPLETED" : "FAILED"}`);
  }
  return lines;
}

if (import.meta.main) for (const line of await demo(process.argv[2] ?? "memory:")) console.log(line);
