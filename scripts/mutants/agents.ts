/** Bugs of the agents' border. */
import type { Mutant } from "./mutant.ts";

export const AGENTS: readonly Mutant[] = [
  {
    name: "whole-environment-passed",
    file: "src/agents/environment.ts",
    find: "(ALLOWED.test(name) || passed.has(name))",
    replace: "true",
    law: "S2",
  },
  {
    name: "secret-at-the-end-of-a-piece-let-out",
    file: "src/agents/redact.ts",
    find: "held.length - longest + 1",
    replace: "held.length - longest + 2",
    law: "S2",
  },
  {
    name: "budget-that-forgets-what-is-reserved",
    file: "src/machines/budget/purse.ts",
    find: "spent[part] + reserved[part] + most[part] <= (limit[part] ?? Infinity)",
    replace: "spent[part] + most[part] <= (limit[part] ?? Infinity)",
    law: "A15",
  },
  {
    name: "reservation-that-lapses-for-nothing",
    file: "src/machines/budget/steps.ts",
    find: "this.#purse = settled(this.#purse, id, most);",
    replace: "this.#purse = settled(this.#purse, id, { ...most, tokens: 0 });",
    law: "A7",
  },
  {
    name: "any-grant-is-taken-for-its-own",
    file: "src/machines/agent/setup.ts",
    find: "if (!reply.success || reply.data.id !== say.reservationOf(context)) return false;",
    replace: "if (!reply.success) return false;",
    law: "A6",
  },
  {
    name: "turn-that-fails-settles-nothing",
    file: "src/machines/agent/steps.ts",
    find: "return stepOf(change, { sends: settled(context, FAILED_CALL) });",
    replace: "return stepOf(change);",
    law: "A11",
  },
  {
    name: "loop-guard-off-by-one",
    file: "src/machines/agent/calls.ts",
    find: "if (times >= sameCalls) return { call, times };",
    replace: "if (times > sameCalls) return { call, times };",
    law: "A13",
  },
  {
    name: "provider-that-says-when-is-not-heard",
    file: "src/machines/agent/trouble.ts",
    find: "const delayMs = retryAfterIn(error) ?? own;",
    replace: "const delayMs = own;",
    law: "A7",
  },
  {
    name: "summary-that-parts-a-call-from-its-answer",
    file: "src/machines/agent/summary.ts",
    find: 'while (to < messages.length && messages[to]?.role === "tool") to += 1;',
    replace: "",
    law: "A15",
  },
  {
    name: "secret-in-the-result-of-a-tool",
    file: "src/agents/working/call.ts",
    find: "return { text: shortened(redact(text, secrets), SHOWN), failed, durationMs };",
    replace: "return { text: shortened(text, SHOWN), failed, durationMs };",
    law: "S2",
  },
  {
    name: "acceptance-outside-of-the-sandbox",
    file: "src/agents/checks-actor.ts",
    find: "if (input.sandbox === true) {",
    replace: "if (input.tests.length > 1_000_000) {",
    law: "S2",
  },
  {
    name: "actor-by-what-the-host-registers",
    file: "src/machines/workflow/dispatch.ts",
    find: "actors?.includes(agent) === true",
    replace: "actors !== undefined",
    law: "A15",
  },
];
