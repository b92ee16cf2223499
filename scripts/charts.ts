/**
 * Writes docs/guide/statecharts.md: the machines of Troupe that have states, as `troupe chart` draws them.
 *
 *     npm run charts
 */
import { writeFileSync } from "node:fs";
import { hostKinds } from "../src/agents/host-kinds.ts";
import { chartOfMachine } from "../src/cli/chart-machine.ts";
import { mermaidOf } from "../src/cli/chart-text.ts";

const FILE = "docs/guide/statecharts.md";

/** The page. */
export function chartsPage(): string {
  return [
    "# Statecharts",
    "",
    "The machines that run plans and queues, as `troupe chart KIND` draws them; `budget`, `messages`, `inbox` and `context` have but one state. Made by `npm run charts`; do not edit.",
    "",
    "How to read them: an arrow's label is the event that is taken, `[…]` the condition under which it is, `[else]` that those of the same event before it were not; `after …` is a timer, `always` needs no event. `do / x` is what runs while the state lasts, as the child `x`: `x done` and `x failed` are its ends. An arrow from a box leads out of every state in it; one that leads back to its own box is taken without leaving the state, unless it says `(enters anew)`.",
    "",
    "`troupe chart FILE` draws machines of your own, from the module that exports them, and plans.",
    "",
    ...charted().flatMap(({ kind, machine }) => [
      `## ${kind}`,
      "",
      "```mermaid",
      mermaidOf(chartOfMachine(machine)).trimEnd(),
      "```",
      "",
    ]),
  ].join("\n");
}

/** Those that have more than one state. */
function charted() {
  return hostKinds().filter(({ machine }) => Object.keys(machine.states).length > 1);
}

if (import.meta.main) writeFileSync(FILE, chartsPage());
