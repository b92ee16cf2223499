/** Objects of an OCEL document: each once, however often something refers to it. */
import { textsIn } from "../telemetry/said.ts";
import type { RunView } from "../runs-view.ts";
import type { ExecutionRow, WorkflowRow } from "../tables/columns.ts";
import { idOf, object, related, type OcelObject } from "./ocel-parts.ts";
import { executionsIn, handoffsIn, workflowsIn } from "./rows.ts";
import type { ExportSource } from "./source.ts";

export async function* ocelObjects(source: ExportSource): AsyncGenerator<OcelObject> {
  const seen = new Set<string>();
  const once = (objects: readonly OcelObject[]): readonly OcelObject[] =>
    objects.filter(({ id }) => !seen.has(id) && seen.add(id));
  for await (const row of workflowsIn(source)) yield* once([workflowObject(row)]);
  for await (const view of source.runs()) yield* once([...taskObjects(view), ...artifactObjects(view)]);
  for await (const { row } of executionsIn(source)) {
    yield* once(namedBy(row));
    yield executionObject(row);
  }
  for await (const row of handoffsIn(source)) yield* once(sidesOf(row.workflow, row));
  for await (const { key, row } of source.workflows())
    for (const { at, said } of row.handoffs)
      yield* once((textsIn(said, "artifacts") ?? []).map((path) => artifactObject(key, path, at)));
}

function workflowObject({
  workflow,
  startedAt,
  name,
  pattern,
  status,
  source,
}: WorkflowRow): OcelObject {
  const values = { name, pattern, status, source };
  return object("workflow", idOf("workflow", workflow), { at: startedAt ?? 0, values });
}

function taskObjects({ run, startedAt, tasks }: RunView): readonly OcelObject[] {
  return tasks.map(({ id, title, status, dependsOn, parent = null }) =>
    object("task", idOf("task", run, id), {
      at: startedAt,
      values: { title, status },
      to: [
        ...related("part of", "workflow", run),
        ...related("mends", "task", run, parent),
        ...dependsOn
          .filter((need) => tasks.some((task) => task.id === need))
          .flatMap((need) => related("depends on", "task", run, need)),
      ],
    }),
  );
}

function artifactObjects({ run, startedAt, tasks }: RunView): readonly OcelObject[] {
  return tasks.flatMap(({ outputs, endedAt }) =>
    outputs.map((path) => artifactObject(run, path, endedAt ?? startedAt)),
  );
}

function artifactObject(workflow: string, path: string, at: number): OcelObject {
  const to = related("of", "workflow", workflow);
  return object("artifact", idOf("artifact", workflow, path), { at, values: { path }, to });
}

/** What telemetry names, and nobody has told of before. */
function namedBy({ workflow, task, agent, startedAt }: ExecutionRow): readonly OcelObject[] {
  const at = startedAt ?? 0;
  const plain = (type: "workflow" | "agent", name: string | null) =>
    name === null ? [] : [object(type, idOf(type, name), { at })];
  const to = related("part of", "workflow", workflow);
  const own = task === null ? [] : [object("task", idOf("task", workflow, task), { at, to })];
  return [...plain("workflow", workflow), ...plain("agent", agent), ...own];
}

function executionObject(row: ExecutionRow): OcelObject {
  const { id, status, model, tokens, money, quality, workflow, task, agent, startedAt } = row;
  return object("execution", idOf("execution", id), {
    at: startedAt ?? 0,
    values: { status, model, tokens, cost: money, quality },
    to: [
      ...related("part of", "workflow", workflow),
      ...related("of", "task", workflow, task),
      ...related("by", "agent", agent),
    ],
  });
}

function sidesOf(
  workflow: string | null,
  row: Readonly<Record<"fromAgent" | "toAgent" | "fromTask" | "toTask", string | null>> & {
    readonly at: number | null;
  },
): readonly OcelObject[] {
  const at = row.at ?? 0;
  const to = related("part of", "workflow", workflow);
  const agents = [row.fromAgent, row.toAgent].flatMap((name) => name ?? []);
  const tasks = [row.fromTask, row.toTask].flatMap((name) => name ?? []);
  return [
    ...(workflow === null ? [] : [object("workflow", idOf("workflow", workflow), { at })]),
    ...agents.map((name) => object("agent", idOf("agent", name), { at })),
    ...tasks.map((name) => object("task", idOf("task", workflow, name), { at, to })),
  ];
}
