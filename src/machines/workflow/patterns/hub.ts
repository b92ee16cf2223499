/**
 * Hub and spoke: the hub brings the spokes together, sends those with gaps or conflicts back,
 * and at last writes the result (S0-028 to S0-034).
 *
 * - At most `maxCycles` syntheses; then the best one so far counts, flagged (T-H3).
 */
import { Synthesis } from "../../../events/work.ts";
import { entryAt } from "../board.ts";
import { addedTask, lastRound, type Growth } from "../growth.ts";
import type { PlannedTask, WorkflowContext } from "../run.ts";
import { alerted } from "../said.ts";

export function grownByHub(context: WorkflowContext): Growth | undefined {
  const [last] = lastRound(context);
  const { purpose = "work", cycle = 0 } = last?.task.added ?? {};
  if (last === undefined || purpose === "integrate") return undefined;
  if (purpose !== "synthesize") return synthesis(context, Math.max(1, cycle));
  return afterSynthesis(context, last.task.id, {
    cycle,
    found: Synthesis.parse(last.outcome?.data),
  });
}

function afterSynthesis(
  context: WorkflowContext,
  by: string,
  { cycle, found }: { readonly cycle: number; readonly found: Synthesis },
): Growth {
  const max = maxOf(context);
  const data = { task: by, cycle, max, ...found };
  const said = { type: "hub.synthesized", v: 1, data } as const;
  const iterate = found.action === "ITERATE";
  const back = iterate && cycle < max ? refined(context, found, cycle + 1) : [];
  if (back.length > 0) return { tasks: back, by, facts: [said] };
  const best = bestOf(context);
  const message = `the best of ${cycle} syntheses has a quality of ${best.quality} of 10, and the hub wanted more`;
  return {
    tasks: [integration(context, best.task, iterate)],
    by,
    facts: [said, ...(iterate ? [alerted("warning", "below_target", message)] : [])],
    change: { belowTarget: iterate },
  };
}

function synthesis(context: WorkflowContext, cycle: number): Growth {
  const max = maxOf(context);
  const task = addedTask(
    { id: `synthesis_${cycle}`, title: `Synthesis ${cycle} of at most ${max}` },
    hubOf(context),
    { purpose: "synthesize", cycle, sees: newest(context).map(({ id }) => id) },
  );
  return { tasks: [task] };
}

/** The spokes that have gaps or conflicts, once more, each with what is said of it (S0-031). */
function refined(context: WorkflowContext, found: Synthesis, cycle: number): PlannedTask[] {
  return newest(context).flatMap((spoke) => {
    const origin = spoke.added?.about ?? spoke.id;
    const names = new Set([origin, spoke.id]);
    const feedback = [
      ...found.gaps.flatMap((gap) => (names.has(gap.spoke) ? [`gap: ${gap.missing}`] : [])),
      ...found.conflicts.flatMap(({ between, about }) =>
        between.some((name) => names.has(name))
          ? [`conflict between ${between.join(" and ")}: ${about}`]
          : [],
      ),
    ];
    if (feedback.length === 0) return [];
    const { added: _, run, agent, dependsOn: __, approval: ___, when: ____, ...rest } = spoke;
    const doer = { ...(run !== undefined && { run }), ...(agent !== undefined && { agent }) };
    const title = `${context.plan.tasks.find(({ id }) => id === origin)?.title ?? origin}, refined`;
    const outputs = rest.outputs.map((path) => ofCycle(path, cycle));
    const fields = { ...rest, id: `${origin}_cycle_${cycle}`, title, outputs };
    return [
      addedTask(fields, doer, { purpose: "work", cycle, about: origin, feedback, sees: [spoke.id] }),
    ];
  });
}

/** A refined spoke writes beside what it refines; but for paths that its author chose. */
function ofCycle(path: string, cycle: number): string {
  const [, stem] = /^(artifacts\/spoke-.+?)(?:-cycle-\d+)?\.md$/.exec(path) ?? [];
  return stem === undefined ? path : `${stem}-cycle-${cycle}.md`;
}

function integration(context: WorkflowContext, best: string, below: boolean): PlannedTask {
  const { run } = context.place;
  return addedTask(
    {
      id: "integrate",
      title: "The final result",
      outputs: [`artifacts/hub-final-${run}.md`],
      input: { synthesis: best, belowTarget: below },
    },
    hubOf(context),
    { purpose: "integrate", sees: [...newest(context).map(({ id }) => id), best] },
  );
}

/** Each spoke in its latest form that completed. */
function newest({ plan, board }: WorkflowContext): readonly PlannedTask[] {
  const latest = new Map<string, PlannedTask>();
  plan.tasks.forEach((task, at) => {
    if ((task.added?.purpose ?? "work") !== "work") return;
    if (entryAt(board, at)?.status === "COMPLETED") latest.set(task.added?.about ?? task.id, task);
  });
  return [...latest.values()];
}

function bestOf({ plan, board }: WorkflowContext): { readonly task: string; readonly quality: number } {
  const all = plan.tasks.flatMap((task, at) => {
    const found = Synthesis.safeParse(entryAt(board, at)?.outcome?.data);
    return task.added?.purpose === "synthesize" && found.success
      ? [{ task: task.id, quality: found.data.quality }]
      : [];
  });
  return all.reduce((best, one) => (one.quality >= best.quality ? one : best), {
    task: "",
    quality: -1,
  });
}

function hubOf({ plan: { hub } }: WorkflowContext) {
  return hub ?? {};
}

function maxOf({ plan: { hub } }: WorkflowContext): number {
  return hub?.maxCycles ?? 3;
}
