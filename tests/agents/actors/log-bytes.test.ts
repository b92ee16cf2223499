/** What a long conversation takes of a log: each message once, however often it is said again. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createHost, defineAgent, defineTool, planKinds, byModel } from "troupe";
import { expect, it } from "vitest";
import { z } from "zod";
import { freshFolder } from "../../support/agent-runs.ts";
import { modelOf } from "../../support/chat-model.ts";

/** Bytes of each answer, and of each result of a tool. */
const SAID = 2_000;

/** A text that is like no other, so that nothing can pack it. */
const unlike = (seed: string): string =>
  Array.from({ length: SAID / 10 }, (_, n) => `${seed}${n}`.padStart(9, "0")).join(" ");

interface Measured {
  /** Of the log's files, once it is closed. */
  readonly bytes: number;
  /** What was said, each message once. */
  readonly said: number;
  /** What the model was sent in all. */
  readonly sent: number;
}

async function conversation(calls: number): Promise<Measured> {
  using folder = freshFolder();
  const model = modelOf((_, nth) =>
    nth < calls
      ? { text: unlike(`a${nth}x`), calls: [{ name: "look", input: { page: nth } }] }
      : { text: "done" },
  );
  const look = defineTool({
    description: "Looks.",
    input: z.object({ page: z.number() }),
    run: ({ page }) => unlike(`t${page}x`),
  });
  const limits = { turns: 1_000, contextTokens: 10_000_000 };
  const reader = defineAgent({
    name: "reader",
    description: "Reads.",
    way: byModel(model),
    tools: { look },
    limits,
  });
  {
    const kinds = planKinds({ agents: { reader } });
    await using host = await createHost({ log: `sqlite:${join(folder.path, "log.db")}`, kinds });
    const plan = { name: "p", tasks: [{ id: "t", agent: "reader" }] };
    const input = { run: "r", folder: folder.path, artifacts: folder.path, plan };
    const run = await host.start("workflow/r", { input });
    await run.waitFor(({ status }) => status === "done");
  }
  // of the log; the projections beside it can be made anew
  const files = readdirSync(folder.path).filter((name) => /^log\.db(-|$)/.test(name));
  const bytes = files.reduce((sum, name) => sum + statSync(join(folder.path, name)).size, 0);
  const last = model.asked.at(-1)?.messages ?? [];
  const sent = model.asked.reduce((sum, { messages }) => sum + JSON.stringify(messages).length, 0);
  return { bytes, said: JSON.stringify(last).length, sent };
}

it("a conversation of 100 calls stands in the log once, not 100 times", async () => {
  const half = await conversation(50);
  const whole = await conversation(100);
  expect(whole.sent).toBeGreaterThan(30 * whole.said); // what copies would take
  // once in its records, and at most twice in its one snapshot: the state, and the turn under way
  expect(whole.bytes).toBeLessThan(5 * whole.said);
  expect(whole.bytes / half.bytes).toBeLessThan(3); // copies: 4
});
