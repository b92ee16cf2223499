/** What the agents of a run share, on a host with virtual time, hosts that die, and clients beside them. */
import { contextKind } from "../../src/agents/team/context-kind.ts";
import { sharedContext, type SharedContext } from "../../src/agents/team/context.ts";
import { openTeam, type Team, type TeamOptions } from "../../src/agents/team/messages.ts";
import { messagesKinds } from "../../src/agents/team/messages-kinds.ts";
import { connect, type Client } from "../../src/actors/client.ts";
import type { ContextFact } from "../../src/events/context/facts.ts";
import type { Bench, Engine, Process } from "./laws-bench.ts";

const kinds = [contextKind, ...messagesKinds()] as const;

/** Longest real time that a test waits for something. */
const PATIENCE_MS = 10_000;

export async function contextBench({ bench }: Engine): Promise<ContextBench> {
  const opened = new ContextBench(await bench());
  await opened.open();
  return opened;
}

export class ContextBench implements AsyncDisposable {
  readonly bench: Bench;
  readonly #clients = new AsyncDisposableStack();
  #process: Process<typeof kinds> | undefined;

  constructor(bench: Bench) {
    this.bench = bench;
  }

  get host() {
    if (this.#process === undefined) throw new Error("no host is open");
    return this.#process.host;
  }

  get log() {
    if (this.#process === undefined) throw new Error("no host is open");
    return this.#process.log;
  }

  async open(): Promise<void> {
    this.#process = await this.bench.start(kinds);
  }

  /** The host is closed; nobody owns the log. */
  async close(): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    if (this.#process !== undefined) await this.bench.kill(this.#process);
  }

  /** The host dies as kill -9 ends it; after so long another one goes on. */
  async crash(ms: number): Promise<void> {
    if (this.#process !== undefined) await this.bench.kill(this.#process);
    await this.bench.pass(ms);
    await this.open();
    await this.bench.pass(0);
  }

  /** The context of `r1`, through the host. */
  shared(options: Parameters<typeof sharedContext>[2] = {}): Promise<SharedContext> {
    return sharedContext(this.host, "r1", { clock: this.bench.clock, ...options });
  }

  /** The same from another process. */
  async far(): Promise<SharedContext> {
    return sharedContext(await this.#client(), "r1", { clock: this.bench.clock, start: false });
  }

  /** The agents of `r1`, through the host. */
  team(options?: TeamOptions): Promise<Team> {
    return openTeam(this.host, "r1", options);
  }

  /** The same from another process. */
  async farTeam(): Promise<Team> {
    return openTeam(await this.#client(), "r1", { start: false });
  }

  async #client(): Promise<Client<typeof kinds>> {
    const log = this.#clients.use(await this.bench.open());
    return this.#clients.use(await connect({ log, kinds }));
  }

  /** Until something holds; nothing of virtual time passes meanwhile. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error("it never held");
      await this.bench.settle();
    }
  }

  /** All that the context said, in order. */
  async facts(): Promise<readonly ContextFact[]> {
    const records = await this.bench.records("context/r1");
    return records.flatMap(({ body }) => (body.facts ?? []) as unknown as ContextFact[]); // its kind says nothing else
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clients[Symbol.asyncDispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}
