/** Bugs of hosts that share a log: one owner a partition, letters in order, zombies that stop. */
import type { Mutant } from "./mutant.ts";

export const PLACEMENT: readonly Mutant[] = [
  {
    name: "zombie-goes-on",
    file: "src/actors/zombies.ts",
    find: "if (epoch <= rt.epoch) return {",
    replace: "if (epoch <= rt.epoch + 1e9) return {",
    law: "A12",
  },
  {
    name: "letters-at-once",
    file: "src/actors/placement/routes.ts",
    find: "if (line !== undefined) return void line.push(input);",
    replace: "if (line?.length === 0) return void line.push(input);",
    law: "A8",
  },
  {
    name: "lease-given-back-before-its-runner-is-closed",
    file: "src/actors/placement/place.ts",
    find: "over.abort();",
    replace: "over.abort(), await ownership[Symbol.asyncDispose]();",
    law: "A4",
  },
  {
    name: "partition-taken-without-what-is-open-in-it",
    file: "src/actors/placement/place.ts",
    find: "await runner.recover(recover, stock);",
    replace: "await runner.recover(false, stock);",
    law: "A3",
  },
  {
    name: "one-writer-for-all-partitions",
    file: "src/actors/placement/place.ts",
    find: "{ writer: `${writer}-${partition}` }",
    replace: "{ writer: `${writer}` }",
    law: "L4",
  },
  {
    name: "sender-told-before-its-letter-is-recorded",
    file: "src/actors/placement/routes.ts",
    find: "const seq = before ?? (await deliver(address, message));",
    replace: "const seq = before ?? (done?.(0), await deliver(address, message));",
    law: "A11",
  },
  {
    name: "letter-tried-once",
    file: "src/actors/placement/routes.ts",
    find: "for (let attempt = 1; running(); attempt++) {",
    replace: "for (let attempt = 1; running() && attempt < 2; attempt++) {",
    law: "A11",
  },
  {
    name: "users-sent-away-while-a-partition-moves",
    file: "src/actors/placement/place.ts",
    find: "unlessLeft(() => answer(commands, command))",
    replace: "answer(commands, command)",
    law: "A9",
  },
  {
    name: "what-only-a-snapshot-knows-never-said",
    file: "src/actors/actor.ts",
    find: "Math.max(owesOf(fold), owes)",
    replace: "Math.max(owesOf(fold), owes * 0)",
    law: "A11",
  },
  {
    name: "clock-that-is-off-trusted",
    file: "src/actors/placement/clock-judge.ts",
    find: "off = Math.abs(aheadMs) - withinMs > MOST_MS;",
    replace: "off = Math.abs(aheadMs) - withinMs > MOST_MS * 1e6;",
    law: "A7",
  },
  {
    name: "partition-of-unknown-kinds-kept",
    file: "src/actors/placement/place.ts",
    find: "if (recover) assertKinds(await stock.open(), kinds);",
    replace: "if (!recover) assertKinds(await stock.open(), kinds);",
    law: "A5",
  },
  {
    name: "checkpoint-of-a-partition-without-its-end",
    file: "src/actors/placement/stock.ts",
    find: "if (body === undefined || body.owes > 0) open.set(address, body?.version);",
    replace: "if (body !== undefined && body.owes > 1) open.set(address, body.version);",
    law: "A3",
  },
];
