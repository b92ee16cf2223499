/** The demos of agents that work together, as a reader starts them, on both logs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { demo as conflict } from "../../examples/team/conflict.ts";
import { demo as coordination } from "../../examples/team/coordination.ts";
import { demo as delegation } from "../../examples/team/delegation.ts";
import { demo as memory } from "../../examples/team/memory.ts";
import { demo as scheduling } from "../../examples/team/scheduling.ts";
import { demo as templates } from "../../examples/team/templates.ts";
import { sharedNats } from "../support/shared-nats.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-demos-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Demo = (log: string, folder: string) => Promise<readonly string[]>;

const DEMOS: readonly (readonly [what: string, demo: Demo, says: readonly string[]])[] = [
  [
    "shared working memory",
    memory,
    [
      "notes/actors: an actor is a mailbox and a state (researcher-actors)",
      "notes/logs: a log is the only truth (researcher-logs)",
      "COMPLETED",
    ],
  ],
  [
    "real-time coordination",
    coordination,
    [
      "ada builds a bridge",
      "bob builds a bridge",
      "ada builds a tunnel",
      "bob builds a tunnel",
      "a tunnel -> ada,bob",
      "a bridge -> ada,bob",
    ],
  ],
  [
    "automated delegation",
    delegation,
    ['from lead: ["actors in 1","logs in 2","replay in 1"]', "COMPLETED"],
  ],
  [
    "conflict resolution",
    conflict,
    [
      "ada wrote version 1",
      "bob was too late; bob wrote version 2",
      "ada bob",
      "LOCK_DEADLOCK",
      "ada has intro and end",
    ],
  ],
  [
    "resource scheduling",
    scheduling,
    ["first scene 1 and trailer, last premiere", "at most 2 at a time", "5 done, on time"],
  ],
  [
    "workflow templates",
    templates,
    ["ada agrees", "review-actors COMPLETED", "bob agrees, eve agrees", "review-logs COMPLETED"],
  ],
];

const LOGS: readonly (readonly [engine: string, url: (name: string) => string])[] = [
  ["sqlite", (name) => `sqlite:${join(folder, `${name}.db`)}`],
  ["jetstream", (name) => sharedNats.logUrl(`demo-${name}-${process.pid}`)],
];

describe.each(LOGS)("demos, on %s", (engine, url) => {
  it.each(DEMOS)("S1-026: %s", async (what, demo, says) => {
    const name = what.replaceAll(/\W/g, "-");
    expect(await demo(url(name), join(folder, engine, name))).toEqual(says);
  });
});
