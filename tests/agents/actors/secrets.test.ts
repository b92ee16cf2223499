/**
 * S2: a secret of the host's environment is in nothing that a run leaves, whatever way its agents
 * work, and however they try to say it.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  byCommand,
  byFunction,
  byHuman,
  byModel,
  byRemote,
  createHost,
  defineAgent,
  defineTool,
  hostKinds,
  type HostAgents,
  type Way,
} from "troupe";
import { expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "../../../src/cli/program.ts";
import { freshFolder } from "../../support/agent-runs.ts";
import { startAgent } from "../../support/remote-agent.ts";
import { sharedNats } from "../../support/shared-nats.ts";
import { modelOf } from "../../support/chat-model.ts";

const SECRET = "planted-5f1c7d20-secret";
const HOST = { PATH: process.env["PATH"], SHOP_API_TOKEN: SECRET };

/** Forms in which it may stand somewhere. */
const FORMS = [
  SECRET,
  Buffer.from(SECRET).toString("base64").replace(/=+$/, ""),
  encodeURIComponent(SECRET),
];

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** Files of a folder in which it stands. */
function leaksIn(folder: string): readonly string[] {
  return filesBelow(folder).filter((path) => {
    const bytes = readFileSync(path);
    return FORMS.some((form) => bytes.includes(form));
  });
}

const leak = defineTool({
  description: `Leaks.`,
  input: z.object({ what: z.string() }),
  run: ({ what }) => `you asked for ${what}, and the token is ${SECRET}`,
});

/** Each says it in its answer, and wherever else it can. */
const WAYS: Readonly<Record<string, Way>> = {
  model: byModel(
    modelOf((_, nth) =>
      nth === 1
        ? { text: SECRET, calls: [{ name: "leak", input: { what: SECRET } }] }
        : { text: `# It is ${SECRET}\n` },
    ),
  ),
  failing: byModel(
    modelOf(() => {
      throw new Error(`401 for key ${SECRET}`);
    }),
  ),
  function: byFunction(async () => ({ text: SECRET, summary: SECRET, data: { [SECRET]: SECRET } })),
  command: byCommand({
    argv: ["sh", "-c", 'echo "it is $SHOP_API_TOKEN"'],
    passEnv: ["SHOP_API_TOKEN"],
  }),
  broken: byCommand({
    argv: ["sh", "-c", 'echo "no $SHOP_API_TOKEN" >&2; exit 3'],
    passEnv: ["SHOP_API_TOKEN"],
  }),
  human: byHuman(),
};

it("S2: every way to work, a planted secret, and no file that has it", async () => {
  await using remote = await startAgent(sharedNats.port, async (prompted) => {
    const heard = await prompted.ask(`Is ${SECRET} right?`);
    prompted.say("response", `you said ${heard}, and it is ${SECRET}`);
    prompted.end();
  });
  const ways: Readonly<Record<string, Way>> = {
    ...WAYS,
    remote: byRemote({
      agent: remote.agent,
      servers: `nats://127.0.0.1:${sharedNats.port}`,
      onQuery: async () => SECRET,
    }),
  };
  using folder = freshFolder();
  using elsewhere = freshFolder();
  const note = join(elsewhere.path, "note.md");
  writeFileSync(note, `The token is ${SECRET}.`);
  const agents: HostAgents = Object.fromEntries(
    Object.entries(ways).map(([name, way]) => [
      name,
      defineAgent({ name, description: name, way, tools: { leak } }),
    ]),
  );
  const log = `sqlite:${join(folder.path, "log.db")}`;
  const artifacts = join(folder.path, "run");
  const tasks = Object.keys(ways).map((name) => ({
    id: name,
    agent: name,
    reads: [note],
    outputs: [`artifacts/${name}.md`],
  }));
  const plan = { name: "leaks", pattern: "parallel" as const, join: "settle", tasks };
  {
    await using host = await createHost({
      log,
      kinds: hostKinds({ agents, env: HOST }),
      warn: () => {},
    });
    const input = { run: "r", folder: elsewhere.path, artifacts, plan };
    const run = await host.start("workflow/r", { input });
    const asked = Promise.withResolvers<void>();
    const stop = new AbortController();
    void (async () => {
      for await (const { body } of host.records({ root: "r", signal: stop.signal }))
        if (body.facts?.some(({ type }) => type === "question.asked") === true) asked.resolve();
    })();
    await asked.promise;
    const said: string[] = [];
    const line = (text: string): void => void said.push(text);
    const terminal = {
      out: line,
      err: line,
      bytes: () => {},
      paint: line,
      live: false,
      colour: false,
      outColour: false,
      columns: 80,
      outColumns: 80,
      rows: 24,
    };
    const shell = { terminal, stop: stop.signal, env: HOST, folder: folder.path };
    const answer = ["questions", "answer", "r", "human:work:q1", `use ${SECRET}`, "--log", log];
    expect(await runCli(answer, shell)).toBe(0);
    const ended = await run.waitFor(({ status }) => status !== "active");
    stop.abort();
    const output = JSON.stringify(ended.output);
    expect(output).toContain("[redacted]");
    expect(output).not.toContain(SECRET);
  }
  expect(filesBelow(folder.path).some((path) => path.endsWith("report.md"))).toBe(true);
  expect(leaksIn(folder.path)).toEqual([]);
});
