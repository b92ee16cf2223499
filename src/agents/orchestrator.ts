/**
 * The orchestrator: a host for teams of agents that are functions, in one object: it makes a
 * plan of words, runs it, and says how it went.
 *
 *     await using team = await createOrchestrator({ log: "sqlite:team.db", agents: { docs_writer } });
 *     const { success } = await team.execute({ description: "Explain it", requirements: ["Write a guide"] });
 *
 * - No second mechanism: its runs are workflows like any other, in the log, resumed after a
 *   crash, and to be looked at with `troupe show`.
 */
import { join, resolve } from "node:path";
import type { z } from "zod";
import { createHost, type Host, type HostOptions } from "../actors/host.ts";
import type { AnyKind } from "../actors/kind.ts";
import { TroupeError } from "../errors.ts";
import type { EventLog } from "../events/log/log.ts";
import { openLog } from "../events/log/open.ts";
import { Plan } from "../events/plan/plan.ts";
import { progressOf, type Progress as RunProgress } from "../projections/progress.ts";
import { openProjections } from "../projections/runner.ts";
import { runs } from "../projections/runs.ts";
import type { RunView } from "../projections/runs-view.ts";
import { definitionsIn, functionsIn, type Agents, type HostAgents, type Work } from "./agent.ts";
import { writingAnswers } from "./answer-files.ts";
import { orAborted } from "./awaited.ts";
import { decompose, type Planner } from "./decompose.ts";
import { executionOf, type Execution } from "./execution.ts";
import { onFacts, type FactHandler, type FactOptions } from "./handlers.ts";
import { newRunId, runsFolder } from "./new-run.ts";
import { hostKinds, type HostKinds } from "./host-kinds.ts";
import type { PlanOptions } from "./plan-sources.ts";
import { rolesWith } from "./definition/choose.ts";
import type { Role } from "./roles/specialists.ts";
import { COMPENSATION, sagaHandlers, type SagaHandlers } from "./saga-handlers.ts";

export interface OrchestratorOptions extends PlanOptions {
  /** As in {@link createHost}. */
  readonly log?: string | EventLog;
  /**
   * Who there is. Default: the eight of `ROLES`, and the agents that have skills; a role is
   * played by the agent of its name.
   */
  readonly roles?: readonly Role[];
  /** Makes plans of words. Default: by rules. */
  readonly planner?: Planner;
  /** Where the plans' commands run. Default: the current folder. */
  readonly folder?: string;
  /** Where the runs' folders are made. Default: `runs` beside the log. */
  readonly artifacts?: string;
  /** Hears what handlers throw. Default: nobody. */
  readonly onError?: FactOptions<string>["onError"];
  readonly hostOptions?: Omit<HostOptions<readonly AnyKind[]>, "log" | "kinds">;
}

/** A plan as its author writes it. */
export type PlanInput = z.input<typeof Plan>;

/** What is to be done, in words. */
export interface Order {
  readonly description: string;
  /** A task each. Default: the list that stands in the description, or all of it. */
  readonly requirements?: readonly string[];
}

export interface ExecuteOptions {
  /** The run's id; the same again waits for the same run. Default: made from the plan's name. */
  readonly id?: string;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/** A run that is open. */
export interface ActiveRun {
  readonly run: string;
  /** Of its plan. */
  readonly name: string;
  readonly status: string;
  /** Epoch ms. */
  readonly startedAt: number;
}

export interface Orchestrator extends AsyncDisposable {
  readonly roles: readonly Role[];
  /** The host that runs it all. Agents talk, share and queue over it: `openTeam`, `sharedContext`, `openQueue`. */
  readonly host: Host<HostKinds>;
  /** The runs that are open. */
  active(): Promise<readonly ActiveRun[]>;
  /** A valid plan; nothing is started. */
  decompose(description: string, requirements?: readonly string[]): Promise<Plan>;
  /**
   * Runs a plan to its end.
   *
   * @throws {@link TroupeError} `INPUT_INVALID` with every fault of the plan, before anything
   * starts; `ACTOR_EXISTS` where the id is another run's; `HOST_CLOSED` and the like. A run that
   * fails is no error: see {@link Execution}.
   */
  execute(what: PlanInput | Order, options?: ExecuteOptions): Promise<Execution>;
  /**
   * Runs a plan as a saga: where a task fails, the handlers of those that were completed undo
   * them, the last first (S4-027). Handlers live in this process: where it dies in between,
   * call this again with the same id at once.
   */
  executeWithSaga(
    plan: PlanInput,
    handlers: SagaHandlers,
    options?: ExecuteOptions,
  ): Promise<Execution>;
  /** Calls a handler with each fact of some types from now on; returns what ends it. */
  on<const TType extends string>(
    types: TType | readonly TType[],
    handler: FactHandler<TType>,
  ): () => void;
  /** How far a run is. */
  progress(run: string): Promise<RunProgress>;
}

export async function createOrchestrator(options: OrchestratorOptions = {}): Promise<Orchestrator> {
  const { log: given, planner, agents = {}, onError, hostOptions, ...rest } = options;
  const { roles = rolesWith(definitionsIn(agents)), ...settings } = rest;
  const { folder = process.cwd(), artifacts, ...running } = settings;
  await using cleanup = new AsyncDisposableStack();
  const log = typeof given === "object" ? given : cleanup.use(await openLog(given));
  const sagas = sagaHandlers();
  const opened = Promise.withResolvers<void>();
  const kinds = hostKinds({
    ...running,
    agents: {
      ...definitionsIn(agents),
      ...writingAnswers(onceOpen(functionsIn(agents), opened.promise)),
      [COMPENSATION]: sagas.agent,
    },
  });
  const host = cleanup.use(await createHost({ ...hostOptions, log, kinds }));
  const listeners = listening(host, log, onError);
  cleanup.use(listeners);
  const place = { folder: resolve(folder), artifacts: artifacts ?? runsFolder(log.url, folder) };
  const team = playing(roles, agents);
  const planOf = async (description: string, requirements: readonly string[] = []): Promise<Plan> =>
    planner === undefined
      ? decompose(description, requirements, team)
      : Plan.parse(await planner(description, requirements));
  const run = async (plan: PlanInput, { id, signal }: ExecuteOptions): Promise<Execution> => {
    const name = id ?? newRunId(plan.name);
    const input = { run: name, ...place, artifacts: join(place.artifacts, name), plan };
    await listeners.ready();
    const actor = await host.start(`workflow/${name}`, { input });
    const cancel = (): void => void actor.send({ type: "CANCEL" }).catch(() => {}); // it may have ended
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted === true) cancel();
    const ended = await actor
      .waitFor(({ status }) => status !== "active")
      .finally(() => signal?.removeEventListener("abort", cancel));
    return executionOf(log, name, ended);
  };
  const moved = cleanup.move();
  setImmediate(opened.resolve); // by then its author has it in a variable
  return {
    roles,
    host,
    active: async () =>
      (await viewsOf(log))
        .filter(({ open }) => open)
        .map(({ run: id, name, status, startedAt }) => ({ run: id, name, status, startedAt })),
    decompose: planOf,
    async execute(what, execution = {}) {
      const plan = "description" in what ? await planOf(what.description, what.requirements) : what;
      return run(plan, execution);
    },
    async executeWithSaga(plan, handlers, { id = newRunId(plan.name), ...execution } = {}) {
      using _ = sagas.attach(id, handlers);
      return await run(sagas.shape(plan, handlers), { ...execution, id });
    },
    on: listeners.on,
    async progress(id) {
      const view = (await viewsOf(log, id))[0];
      if (view === undefined) throw noSuchRun(id, log.url);
      return progressOf(view, (hostOptions?.clock ?? Date).now());
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/**
 * Makes a plan of words, runs it to its end, and closes (S4-052).
 *
 * @throws as {@link createOrchestrator} and its `execute`.
 */
export async function executeWorkflow(
  description: string,
  requirements: readonly string[],
  options: OrchestratorOptions & ExecuteOptions = {},
): Promise<Execution> {
  const { id, signal, ...rest } = options;
  await using orchestrator = await createOrchestrator(rest);
  const execution = {
    ...(id !== undefined && { id }),
    ...(signal !== undefined && { signal }),
  };
  return await orchestrator.execute({ description, requirements }, execution);
}

/**
 * What a crash interrupted begins anew while the host opens; but agents may reach for the
 * orchestrator, so they are asked once there is one.
 */
function onceOpen(agents: Agents, opened: Promise<void>): Agents {
  return Object.fromEntries(
    Object.entries(agents).map(([name, agent]) => [
      name,
      async (work: Work) => {
        await orAborted(opened, work.signal);
        return agent(work);
      },
    ]),
  );
}

/** The roles that somebody plays; where nobody plays any, all: a plan can be made without them. */
function playing(roles: readonly Role[], agents: HostAgents): readonly Role[] {
  const played = roles.filter(({ name }) => Object.hasOwn(agents, name));
  return played.length > 0 ? played : roles;
}

async function viewsOf(log: EventLog, run?: string): Promise<readonly RunView[]> {
  await using projections = openProjections({ log });
  const rows = run === undefined ? await projections.rows(runs) : [await projections.row(runs, run)];
  return rows.flatMap((found) => found?.row ?? []);
}

interface Listeners extends AsyncDisposable {
  readonly on: Orchestrator["on"];
  /** Once all that listen miss nothing that is written from then on. */
  ready(): Promise<unknown>;
}

function listening(
  host: Orchestrator["host"],
  log: EventLog,
  onError: OrchestratorOptions["onError"],
): Listeners {
  const all = new AbortController();
  const open = new Set<Promise<void>>();
  const starting = new Set<Promise<unknown>>();
  return {
    on(types, handler) {
      const own = new AbortController();
      const signal = AbortSignal.any([all.signal, own.signal]);
      const from = log.end();
      starting.add(from);
      const heard = from
        .then((after) => {
          starting.delete(from);
          const wanted = typeof types === "string" ? [types] : types;
          return onFacts(host, { types: wanted, handler, signal, after, ...(onError && { onError }) });
        })
        .catch(() => {}); // a log that gives out fails the host, which says so
      open.add(heard);
      void heard.finally(() => open.delete(heard));
      return () => own.abort();
    },
    ready: () => Promise.allSettled(starting),
    async [Symbol.asyncDispose]() {
      all.abort();
      await Promise.allSettled(open);
    },
  };
}

function noSuchRun(run: string, url: string): TroupeError {
  return new TroupeError("RUN_NOT_FOUND", `there is no run "${run}" in ${url}`, {
    hint: "Look up the runs that exist with `troupe ls`.",
    data: { run },
  });
}
