/** What the agents of a run that are actors did, and what they have cost. */
import { field, type Field, type Section } from "./report-document.ts";
import { spentBy, type AgentView } from "./runs-agents.ts";
import type { RunView } from "./runs-view.ts";
import { span } from "./span.ts";

/** Nothing where no agent was an actor. */
export function costFields({ agents }: Pick<RunView, "agents">): readonly (Field | undefined)[] {
  if (agents.length === 0) return [];
  const { calls, tokens, money } = spentBy(agents);
  return [
    field("Agent Turns", calls),
    field("Tokens", tokens),
    money === 0 ? undefined : field("Money", money, moneyText(money)),
  ];
}

export function agentsSection({ agents }: Pick<RunView, "agents">): Section {
  return {
    title: "Agents",
    columns: ["Agent", "Task", "Model", "Status", "Turns", "Tools", "Tokens", "Money", "Took"],
    rows: agents.map((view) => [
      view.agent ?? view.address,
      view.task ?? "",
      view.model ?? "",
      view.status,
      view.turns,
      view.tools,
      tokensOf(view),
      { value: view.money, text: view.money === 0 ? "" : moneyText(view.money) },
      { value: view.timeMs, text: span(view.timeMs) },
    ]),
  };
}

export function tokensOf({ inputTokens, outputTokens }: AgentView): number {
  return inputTokens + outputTokens;
}

/** Four digits: calls cost little. */
export function moneyText(money: number): string {
  return money.toFixed(4);
}
