/** What `npm start` runs, as a newcomer runs it: on both logs, killed anywhere, and with a model over HTTP. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { story } from "../../examples/story/main.ts";
import { scriptedModel } from "../../src/agents/model/scripted.ts";
import { openLog } from "../../src/events/log/open.ts";
import { WorkflowOutcome } from "../../src/events/facts/workflow.ts";
import { parseBody } from "../../src/events/record.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { freshName } from "../support/nats-log.ts";
import { answeredBy } from "../support/openai-model.ts";
import { openAiServer, type WireRequest } from "../support/openai-server.ts";
import { sharedNats } from "../support/shared-nats.ts";

const SCRIPT = "examples/story/model.yaml";
const STEPS = ["generate_1", "contract", "code", "page", "keep", "generate_2"];

/** What a project looks like: nothing of it may change. */
function projectHash(): string {
  const hash = createHash("sha256");
  for (const file of globSync("examples/story/project/**/*.*").toSorted())
    hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

/** How the run ended, as its workflow says. */
async function outcomeIn(log: string): Promise<WorkflowOutcome> {
  await using opened = await openLog(log, { create: false });
  const tip = await opened.tip("workflow/story");
  for await (const { body } of opened.read("workflow/story"))
    if (body["output"] !== undefined) return WorkflowOutcome.parse(body["output"]);
  throw new Error(`the run has not ended after ${tip} records`);
}

async function factsIn(log: string, type: string): Promise<number> {
  await using opened = await openLog(log, { create: false });
  let found = 0;
  for await (const { stream, body } of opened.scan())
    found += (parseBody(body, stream).facts ?? []).filter((fact) => fact.type === type).length;
  return found;
}

const ends = ({ status, tasks }: WorkflowOutcome): string =>
  [status, ...tasks.map((task) => `${task.id}=${task.status}`)].join(" ");

const WHOLE = ["COMPLETED", ...STEPS.map((id) => `${id}=COMPLETED`)].join(" ");

const LOGS = [
  ["SQLite", (folder: string) => `sqlite:${join(folder, "log.db")}`],
  ["NATS", () => sharedNats.logUrl(freshName())],
] as const;

describe.each(LOGS)("npm start, on %s", (_, logOf) => {
  it("S3-053: plans, promises, codes, finds the fault in the sandbox, mends it, is judged, and keeps it all", async () => {
    using folder = freshFolder();
    const log = logOf(folder.path);
    const before = projectHash();
    const lines: string[] = [];
    const artifacts = join(folder.path, "runs");
    const done = await story({ log, id: "story", artifacts, say: (line) => void lines.push(line) });
    expect(done).toBe(true);
    expect(ends(await outcomeIn(log))).toBe(WHOLE);
    const told = lines.join("\n");
    for (const words of [
      'tested      code: "node --test test/slug.test.mjs" ended with 1',
      "classified  code_branch_01: implementation_bug, so it goes to the coder",
      "tested      code: all is well",
      "judged      page: FAIL",
      "tool        critic calls critic",
      "judged      page: PASS",
      "done        keep: committed to 3 branches",
    ])
      expect(told).toContain(words);
    expect(told).toMatch(/cost +\d+ calls, \d+ tokens, 0\.\d+ of money/);
    expect(readFileSync(join(artifacts, "story/report.md"), "utf8")).toMatch(/\*\*Tokens\*\*: [1-9]/);
    expect(projectHash()).toBe(before);
  });
});

interface Served extends AsyncDisposable {
  readonly url: string;
  /** Conversations that were answered, each time. */
  readonly answered: readonly string[];
}

/** The script behind HTTP. @param asked is told of each call; it may keep the answer for ever. */
async function served(asked: (nth: number) => "answer" | "hang"): Promise<Served> {
  const model = answeredBy(scriptedModel(SCRIPT));
  const answered: string[] = [];
  let calls = 0;
  const server = await openAiServer(async (request: WireRequest, message) => {
    calls += 1;
    if (asked(calls) === "hang") await new Promise(() => {}); // until the client is gone
    answered.push(createHash("sha256").update(JSON.stringify(request.messages)).digest("hex"));
    return model(request, message);
  });
  return {
    url: `${server.url}#script`,
    answered,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function started(folder: string, model: string): ChildProcess {
  const log = `sqlite:${join(folder, "log.db")}`;
  const main = resolve("examples/story/main.ts");
  return spawn(
    process.execPath,
    ["--conditions=@troupe/source", main, "--log", log, "--model", model],
    { cwd: folder, stdio: "ignore", env: { ...process.env, NODE_OPTIONS: "" } },
  );
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, "exit");
  return child.exitCode;
}

describe("npm start, killed", () => {
  it.each([1, 3, 6])(
    "by kill -9 while it waits for answer %i, and resumed: it ends the same, and no answer is asked for twice",
    async (nth) => {
      using folder = freshFolder();
      const waits = Promise.withResolvers<void>();
      await using server = await served((call) => {
        if (call !== nth) return "answer";
        waits.resolve();
        return "hang";
      });
      const first = started(folder.path, server.url);
      await waits.promise;
      first.kill("SIGKILL");
      await exitOf(first);
      expect(await exitOf(started(folder.path, server.url))).toBe(0);
      const log = `sqlite:${join(folder.path, "log.db")}`;
      expect(ends(await outcomeIn(log))).toBe(WHOLE);
      expect(new Set(server.answered).size).toBe(server.answered.length);
      expect(server.answered).toHaveLength(7);
      expect(await factsIn(log, "chat.completed")).toBe(12);
    },
  );
});
