/**
 * What `npm start` runs: a request becomes code that passes the project's own tests. A planner
 * plans, an architect promises, a coder writes (wrong at first), the tests find it out in a sandbox,
 * a branch todo mends it, a critic reads the page that a writer writes, and Git keeps it all.
 *
 *     npm start -- [--model SPEC] [--log URL] [--id RUN] [--unsandboxed]
 *
 * Kill it at any time and start it again: it goes on, and no answer is asked for twice.
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  createOrchestrator,
  openModel,
  openSandbox,
  readPlan,
  standardAgents,
  TroupeError,
  type ChatModel,
} from "troupe";
import { bubblewrap } from "../../scripts/bubblewrap.ts";
import { narrator } from "./narrator.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** What a token costs, for the example: a real one is in your provider's list. */
const PRICE = { input: 2e-6, output: 8e-6 };

export interface StoryOptions {
  readonly log: string;
  /** The run's id: the same again goes on with it. */
  readonly id: string;
  /** Where the run's files lie. */
  readonly artifacts: string;
  readonly model?: string | ChatModel;
  /** Without a sandbox, tests of what a model wrote run with all of your rights. */
  readonly unsandboxed?: boolean;
  readonly say: (line: string) => void;
}

/** Runs the story to its end. @returns whether it was completed. */
export async function story(options: StoryOptions): Promise<boolean> {
  const { log, id, artifacts, say, unsandboxed = false } = options;
  const { model = `scripted:${join(HERE, "model.yaml")}` } = options;
  const sandbox = unsandboxed ? { driver: "unsandboxed" as const } : {};
  const agents = standardAgents({ sandbox });
  // what is missing is said before anything starts, or is paid for
  if (typeof model === "string") await openModel(model);
  await (await openSandbox(sandbox))[Symbol.asyncDispose]();
  await using team = await createOrchestrator({
    log,
    artifacts,
    folder: join(HERE, "project"),
    agents,
    model,
    sandbox,
    price: ({ inputTokens, outputTokens }) => inputTokens * PRICE.input + outputTokens * PRICE.output,
  });
  const tale = narrator(say);
  tale.follow(team, id);
  const plan = await readPlan(join(HERE, "plan.yaml"), { agents: Object.keys(agents) });
  if ((await team.active()).some(({ run }) => run === id)) say(`goes on     ${id} was interrupted`);
  const { success, errors } = await team.execute(plan, { id });
  for (const error of errors) say(`went wrong  ${error}`);
  await tale.end(team, {
    id,
    log,
    folder: join(artifacts, id),
    repository: join(artifacts, "artifacts.git"),
  });
  return success;
}

/** What the command line says. */
function options() {
  try {
    return parseArgs({
      options: {
        model: { type: "string" },
        log: { type: "string" },
        id: { type: "string", default: "story" },
        unsandboxed: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

const USAGE = `npm start -- [--model SPEC] [--log URL] [--id RUN] [--unsandboxed]

  --model        the model that is asked, e.g. openai:gpt-5, or a URL with the model behind #; default: a script
  --log          where it is recorded; default: sqlite:.troupe/story/log.db
  --id           the run's id; the same again goes on with it; default: story
  --unsandboxed  run tests of what a model wrote with all of your rights`;

async function main(): Promise<void> {
  const { help, model, log, ...rest } = options();
  if (help) return console.log(USAGE);
  // found, or obtained, as on any machine of this project; yours has it from its own packages
  process.env["TROUPE_BWRAP"] ??= await bubblewrap().catch(() => "");
  const folder = resolve(".troupe/story");
  mkdirSync(folder, { recursive: true });
  const say = (line: string): void => console.log(line);
  const given = model === undefined ? {} : { model };
  const place = { log: log ?? `sqlite:${join(folder, "log.db")}`, artifacts: join(folder, "runs") };
  try {
    process.exitCode = (await story({ ...rest, ...given, ...place, say })) ? 0 : 1;
  } catch (error) {
    if (!TroupeError.is(error)) throw error;
    console.error(`${error.code}: ${error.message}\n  → ${error.hint ?? "Look at the log."}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
