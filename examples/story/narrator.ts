/** Tells the story as it happens, from the facts in the log, and what it has cost. */
import type { FactOf, Orchestrator } from "troupe";

const TYPES = [
  "workflow.started",
  "task.started",
  "task.tested",
  "task.completed",
  "task.failed",
  "branch.opened",
  "gate.evaluated",
  "approval.requested",
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
  let happened = false;
  return {
    follow(team, run) {
      team.on(TYPES, (fact, { correlation }) => {
        if (correlation !== run) return;
        happened = true;
        for (const [what, rest] of wordsOf(fact)) line(what, rest);
      });
    },
    async end(team, { id, log, folder, repository }) {
      if (!happened) line("over", `${id} was over before; another one: npm start -- --id NAME`);
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

/** What happened, in two columns; nothing where another line says it. */
function wordsOf(fact: Told): readonly (readonly [string, string])[] {
  switch (fact.type) {
    case "workflow.started":
      return [["story", fact.data.name]];
    case "task.started":
      return [["begins", `${fact.data.task}: ${fact.data.title}`]];
    case "task.tested":
      return fact.data.passed
        ? [["tested", `${fact.data.task}: all is well`]]
        : fact.data.issues.map((issue) => ["tested", `${fact.data.task}: ${issue.split("\n")[0]}`]);
    case "task.completed":
      return [["done", `${fact.data.task}: ${fact.data.summary}`]];
    case "task.failed":
      return [["failed", `${fact.data.task}: ${fact.data.failure.message}`]];
    case "branch.opened": {
      const { branch, branch_reason: reason, agent_role: role } = fact.data;
      return [["classified", `${branch}: ${reason}, so it goes to the ${role}`]];
    }
    case "gate.evaluated":
      return [
        ["judged", `${fact.data.task}: ${fact.data.readiness}`],
        ...fact.data.issues.map((issue) => ["", `  ${issue}`] as const),
      ];
    case "approval.requested":
      return [
        ["asks", fact.data.question],
        ["", "  → say yes or no in another terminal: npx troupe approvals, with the --log of this run"],
      ];
    case "chat.completed": {
      const { agent, model, usage } = fact.data;
      const tokens = usage.inputTokens + usage.outputTokens;
      return tokens === 0 ? [] : [["answered", `${agent} (${model}): ${tokens} tokens`]];
    }
    case "chat.retried":
      return [["again", `${fact.data.agent}: ${fact.data.failure.code}`]];
    case "tool.called":
      return [["tool", `${fact.data.agent} calls ${fact.data.tool}`]];
    case "answer.rejected":
      return fact.data.problems.map((problem) => ["sent back", `${fact.data.agent}: ${problem}`]);
    case "workflow.failed":
      return [["story", "FAILED"]];
    case "workflow.completed":
      return [["story", "COMPLETED"]];
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
