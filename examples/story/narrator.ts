/** Tells the story as it happens, from the facts in the log, and what it has cost. */
import type { FactOf, Orchestrator } from "troupe";

const TYPES = [
  "workflow.started",
  "task.started",
  "task.tested",
  "task.completed",
  "task.failed",
  "branch.opened",
  "branch.ended",
  "gate.evaluated",
  "agent.briefed",
  "chat.completed",
  "chat.retried",
  "tool.called",
  "answer.rejected",
  "workflow.completed",
  "workflow.failed",
] as const;

type Told = FactOf<(typeof TYPES)[number]>;

export interface Ending {
  readonly id: string;
  readonly log: string;
  /** Of the run. */
  readonly folder: string;
  readonly repository: string;
}

export interface Narrator {
  /** Says each step from now on. */
  follow(team: Pick<Orchestrator, "on">, run: string): void;
  /** Says what it came to, what it has cost, and how to look at it again. */
  end(team: Pick<Orchestrator, "host">, ending: Ending): Promise<void>;
}

export function narrator(say: (line: string) => void): Narrator {
  const line = (what: string, rest: string): void => say(`${what.padEnd(11)} ${rest}`);
  return {
    follow(team, run) {
      team.on(TYPES, (fact, { correlation }) => {
        if (correlation !== run) return;
        const [what, rest] = wordsOf(fact);
        line(what, rest);
      });
    },
    async end(team, { id, log, folder, repository }) {
      const cost = await costOf(team, id);
      say("");
      line("cost", `${cost.calls} calls, ${cost.tokens} tokens, ${cost.money.toFixed(4)} of money`);
      line("report", `${folder}/report.md`);
      line("artifacts", `npx troupe artifacts ls ${id} --repository ${repository}`);
      line("look", `npx troupe show ${id} --log ${log}`);
      line("replay", `npx troupe replay ${id} --verify --log ${log}`);
    },
  };
}

/** What happened, in two columns. */
function wordsOf(fact: Told): readonly [string, string] {
  switch (fact.type) {
    case "workflow.started":
      return ["story", fact.data.name];
    case "task.started":
      return ["begins", `${fact.data.task}: ${fact.data.title}`];
    case "task.tested":
      return fact.data.passed
        ? ["tested", `${fact.data.task}: all tests pass`]
        : ["tested", `${fact.data.task}: ${fact.data.issues.join("; ").split("\n")[0]}`];
    case "task.completed":
      return ["done", `${fact.data.task}: ${fact.data.summary}`];
    case "task.failed":
      return ["failed", `${fact.data.task}: ${fact.data.failure.message}`];
    case "branch.opened":
      return ["branch", `${fact.data.branch}: ${fact.data.branch_reason}, for the ${fact.data.agent_role}`];
    case "branch.ended":
      return ["branch", `${fact.data.branch}: ${fact.data.status}`];
    case "gate.evaluated":
      return ["judged", `${fact.data.task}: ${fact.data.readiness}`];
    case "agent.briefed":
      return ["agent", `${fact.data.task}: ${fact.data.agent} (${fact.data.model ?? fact.data.way})`];
    case "chat.completed":
      return ["answered", `${fact.data.agent}: ${fact.data.usage.outputTokens} tokens`];
    case "chat.retried":
      return ["again", `${fact.data.agent}: ${fact.data.failure.code}`];
    case "tool.called":
      return ["tool", `${fact.data.agent}: ${fact.data.tool}`];
    case "answer.rejected":
      return ["sent back", `${fact.data.agent}: ${fact.data.problems.join("; ")}`];
    case "workflow.completed":
      return ["story", "COMPLETED"];
    case "workflow.failed":
      return ["story", "FAILED"];
  }
}

interface Cost {
  readonly calls: number;
  readonly tokens: number;
  readonly money: number;
}

/** All calls of the run, those before a crash included. */
async function costOf({ host }: Pick<Orchestrator, "host">, run: string): Promise<Cost> {
  let cost: Cost = { calls: 0, tokens: 0, money: 0 };
  for await (const { body } of host.records({ root: run, live: false }))
    for (const fact of body.facts ?? []) {
      if (fact.type !== "chat.completed") continue;
      const { usage } = (fact as FactOf<"chat.completed">).data; // its machine emits no other fact of this type
      const { inputTokens, outputTokens, money = 0 } = usage;
      cost = {
        calls: cost.calls + 1,
        tokens: cost.tokens + inputTokens + outputTokens,
        money: cost.money + money,
      };
    }
  return cost;
}
