/** What was committed to a repository, as the agent `commit` answers, or another that says the same. */
import { z } from "zod";
import type { Json } from "../events/json.ts";

const Commit = z.object({
  /** Whose outputs they are. */
  task: z.string(),
  branch: z.string(),
  /** Its id in the repository. */
  commit: z.string(),
  tag: z.string(),
});
export type CommitView = Readonly<z.infer<typeof Commit>>;

const Committed = z.object({ data: z.object({ commits: z.array(Commit) }) });

/** The commits of a task's output; undefined where it has made none. */
export function commitsIn(output: Json | undefined): readonly CommitView[] | undefined {
  const { commits } = Object(Object(output).data) as { readonly commits?: unknown }; // whatever it is
  return Array.isArray(commits) ? Committed.safeParse(output).data?.data.commits : undefined;
}
