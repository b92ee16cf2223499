/**
 * Whole runs of plans on a bench: a host with agents that the test plays itself, virtual time,
 * and hosts that die or close and come back on the same log.
 */
import { join } from "node:path";
import {
  definitionsIn,
  functionsIn,
  type AgentAnswer,
  type AgentFunction,
  type Agents,
  type HostAgents,
  type Work,
} from "../../src/agents/agent.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import type { PlanOptions } from "../../src/agents/plan-sources.ts";
import type { WorkflowCommand, WorkflowInput } from "../../src/events/commands.ts";
import { WorkflowOutcome } from "../../src/events/facts/workflow.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import type { Board } from "../../src/machines/workflow/board.ts";
import type { WorkflowContext } from "../../src/machines/workflow/run.ts";
import { parseBody } from "../../src/events/record.ts";
import { freshFolder } from "./agent-runs.ts";
import type { Bench, Engine, Process } from "./laws-bench.ts";
import { EVERY_ENGINE } from "./laws-jetstream.ts";

/** The engines whose logs outlive a host. */
export const DURABLE: readonly Engine[] = EVERY_ENGINE.filter(({ name }) => name !== "memory");

/** Work that an agent called `held` was given, and that waits for the test. */
export interface Held {
  readonly work: Work;
  end(answer?: AgentAnswer): void;
  fail(message: string): void;
}

/** A fact as it stands in the log. */
export interface Said {
  readonly stream: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Epoch ms. */
  readonly at: number;
}

type Kinds = ReturnType<typeof planKinds>;

/** Longest real time that a test waits for something. */
const PATIENCE_MS = 10_000;

export async function runBench(
  { bench }: Engine,
  agents: HostAgents = {},
  options: Omit<PlanOptions, "agents"> = {},
): Promise<RunBench> {
  const b = await bench();
  const runs = new RunBench(b, agents, options);
  await runs.open();
  return runs;
}

export class RunBench implements AsyncDisposable {
  readonly bench: Bench;
  /** What the agents were given, in order: the function, by any name. */
  readonly works: Work[] = [];
  readonly folder: string;
  readonly artifacts: string;
  readonly #held: Held[] = [];
  readonly #kinds: Kinds;
  readonly #files = freshFolder();
  #process: Process<Kinds> | undefined;

  constructor(bench: Bench, agents: HostAgents, options: Omit<PlanOptions, "agents">) {
    this.bench = bench;
    this.folder = this.#files.path;
    this.artifacts = join(this.folder, "runs/r1");
    const own: Agents = { works, fails, held: (work) => this.#hold(work), ...functionsIn(agents) };
    const seen = Object.entries(own).map(([name, agent]) => [name, this.#seen(agent)] as const);
    const all = { ...definitionsIn(agents), ...Object.fromEntries(seen) };
    this.#kinds = planKinds({ graceMs: 100, ...options, agents: all });
  }

  /** `TASK#ATTEMPT` of everything that agents were given, in order. */
  get begun(): readonly string[] {
    return this.works.map(({ task, attempt }) => `${task}#${attempt}`);
  }

  get host() {
    if (this.#process === undefined) throw new Error("no host is open");
    return this.#process.host;
  }

  get workflow() {
    return this.host.actor("workflow/r1");
  }

  /** Opens a host on the log as it is. */
  async open(): Promise<void> {
    this.#process = await this.bench.start(this.#kinds);
  }

  /** The host dies as kill -9 ends it, and another one goes on. */
  async crash(): Promise<void> {
    if (this.#process !== undefined) await this.bench.kill(this.#process);
    await this.open();
  }

  /** The host is closed in good order, and another one goes on. */
  async reopen(): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    if (this.#process !== undefined) await this.bench.kill(this.#process);
    await this.open();
  }

  /** No host lives for so long; then one does. */
  async gone(ms: number): Promise<void> {
    if (this.#process !== undefined) await this.bench.kill(this.#process);
    await this.bench.pass(ms);
    await this.open();
  }

  /** Starts a run of a plan: `r1`, unless its input says otherwise. */
  async start(plan: object, input: Partial<WorkflowInput> = {}): Promise<void> {
    const { folder, artifacts } = this;
    const { run = "r1" } = input;
    const place = { run, folder, artifacts, plan: Plan.parse({ name: "demo", ...plan }) };
    await this.host.start(`workflow/${run}`, { input: { ...place, ...input } });
    await this.bench.pass(0);
  }

  /** Starts a run and waits for its end. */
  async run(plan: object): Promise<WorkflowOutcome> {
    await this.start(plan);
    return this.over();
  }

  /** Tells the workflow something; resolves when all that needs no time has followed from it. */
  async tell(command: WorkflowCommand, id?: string): Promise<number> {
    const { seq } = await this.workflow.send(command, id === undefined ? {} : { id });
    await this.bench.pass(0);
    return seq;
  }

  /** Until something holds; nothing of virtual time passes meanwhile. */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`it never held: ${what}`);
      await this.bench.pass(0);
    }
  }

  /** The workflow's outcome, once it is over. */
  async over(): Promise<WorkflowOutcome> {
    await this.until("the run is over", async () => (await this.workflow.snapshot()).status === "done");
    return WorkflowOutcome.parse((await this.workflow.snapshot()).output);
  }

  /** Where the tasks stand. */
  async board(): Promise<Board> {
    const { context } = await this.workflow.snapshot();
    return (context as unknown as WorkflowContext).board; // as the workflow's machine has it
  }

  /** The work of a task that the agent `held` was given, once it was. */
  async held(task: string): Promise<Held> {
    const find = () => this.#held.findLast(({ work }) => work.task === task && !work.signal.aborted);
    await this.until(`"${task}" is at work`, () => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error(`"${task}" is not at work`);
    this.#held.splice(this.#held.indexOf(found), 1);
    return found;
  }

  /** All facts of the run, each actor's in order, in the order in which the log has them. */
  async facts(type = ""): Promise<readonly Said[]> {
    const log = await this.bench.open();
    const said: Said[] = [];
    for await (const { stream, body, at } of log.scan())
      for (const fact of parseBody(body, stream).facts ?? []) {
        const { data } = fact as { readonly data?: Said["data"] }; // as every fact has it
        if (fact.type.startsWith(type)) said.push({ stream, type: fact.type, data: data ?? {}, at });
      }
    await log[Symbol.asyncDispose]();
    return said;
  }

  /** Types of an actor's facts. */
  async said(address: string): Promise<readonly string[]> {
    return (await this.facts()).flatMap(({ stream, type }) => (stream === address ? [type] : []));
  }

  /** `type task` of each fact of these types; of one that is of no task, its type. */
  async told(...types: readonly string[]): Promise<readonly string[]> {
    const all = await this.facts();
    return all.flatMap(({ type, data }) =>
      types.includes(type) ? [`${type} ${textIn(data["task"])}`.trim()] : [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bench[Symbol.asyncDispose]();
    this.#files[Symbol.dispose]();
  }

  #seen(agent: AgentFunction): AgentFunction {
    return (work) => {
      this.works.push(work);
      return agent(work);
    };
  }

  #hold(work: Work): Promise<AgentAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<AgentAnswer>();
    const end: Held["end"] = (answer = {}) => resolve({ ...textFor(work), summary: "held", ...answer });
    this.#held.push({ work, end, fail: (message) => reject(new Error(message)) });
    return promise;
  }
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Does what it is asked at once. */
async function works(work: Work): Promise<AgentAnswer> {
  return { summary: `${work.task} is done`, ...textFor(work) };
}

async function fails(): Promise<never> {
  throw new Error("AssertionError: RSI is 71, not 70");
}

/** What it must write, where it must write something. */
export function textFor({ task, attempt, outputs }: Work): Pick<AgentAnswer, "text"> {
  return outputs.length === 0 ? {} : { text: `# ${task}, attempt ${attempt}\n` };
}

/** A task of a plan. */
export function task(id: string, agent: string, rest: object = {}): object {
  return { id, agent, ...rest };
}

/** `task=STATUS` of every task, in their order. */
export function endsOf({ tasks }: WorkflowOutcome): string {
  return tasks.map(({ id, status }) => `${id}=${status}`).join(" ");
}
