/** What the agents of runs that are actors did, as a table: one row per actor; in a fork, what they did behind the cut. */
import { isWork, pathOf } from "../run-attempts.ts";
import { ownWork, type AgentView } from "../runs-agents.ts";
import type { RunView, TaskView } from "../runs-view.ts";
import { defineTable } from "../table.ts";

export const agentWork = defineTable({
  name: "agent_work",
  columns: {
    run: "text",
    address: "text",
    task: "text",
    /** 1, and one more with each restart of the run from before the task. */
    start: "integer",
    /** Of the task. */
    attempt: "integer",
    /** Null until it is briefed. */
    agent: "text",
    /** The role that the plan asks for; of who judges its work, itself. */
    role: "text",
    model: "text",
    status: "text",
    /** What it did last, in words. */
    doing: "text",
    startedAt: "integer",
    movedAt: "integer",
    /** Of models, or of the command that it is. */
    calls: "integer",
    /** Calls of tools. */
    tools: "integer",
    inputTokens: "integer",
    outputTokens: "integer",
    tokens: "integer",
    money: "real",
    /** The length of all its calls. */
    timeMs: "integer",
    /** Calls that were tried again. */
    retries: "integer",
    /** Answers that were sent back. */
    rejected: "integer",
    questions: "integer",
    /** Code of its failure. */
    failure: "text",
  },
  indexes: [["run"]],
  totals: [
    {
      name: "agent_work_totals",
      by: { agent: "text", model: "text", role: "text" },
      sums: ["calls", "tokens", "money"],
    },
  ],
  spread(view: RunView) {
    const tasks = new Map(view.tasks.map((task) => [task.id, task]));
    return view.agents.map((agent) => ({ run: view.run, ...workCells(ownWork(agent), tasks) }));
  },
});

function workCells(view: AgentView, tasks: ReadonlyMap<string, TaskView>) {
  const { address, agent, attempt, model, status, doing, startedAt, movedAt } = view;
  const [place, part] = pathOf(address);
  const [task = "", start = "1"] = place.split("~");
  const planned = isWork(part) ? tasks.get(task)?.agent : undefined;
  return {
    address,
    task,
    start: Number(start),
    attempt: attempt ?? null,
    agent: agent ?? null,
    role: planned ?? agent ?? null,
    model: model ?? null,
    status,
    doing,
    startedAt,
    movedAt,
    ...costCells(view),
  };
}

function costCells(view: AgentView) {
  const { turns, tools, inputTokens, outputTokens, money, timeMs, retries, rejected } = view;
  return {
    calls: turns,
    tools,
    inputTokens,
    outputTokens,
    tokens: inputTokens + outputTokens,
    money,
    timeMs: Math.round(timeMs),
    retries,
    rejected,
    questions: view.questions.length,
    failure: view.failure?.code ?? null,
  };
}
