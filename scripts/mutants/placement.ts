/** Bugs of hosts that share a log: one owner a partition, letters in order, zombies that stop. */
import type { Mutant } from "./mutant.ts";

export const PLACEMENT: readonly Mutant[] = [
  {
    name: "zombie-goes-on",
    file: "src/actors/zombies.ts",
    find: "if (epoch <= rt.epoch) return fold;",
    replace: "if (epoch <= rt.epoch + 1e9) return fold;",
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
