/** What a history of a queue is judged on: its records, given to its model. */
import { isDeepStrictEqual } from "node:util";
import { QueueCommand, type QueueFact } from "../../src/events/queue/queue.ts";
import type { Evidence } from "../../src/testing/evidence.ts";
import type { Replay } from "../../src/testing/replayed.ts";
import { QueueModel } from "../support/queue-model.ts";
import type { Order, Stand } from "../support/queue-model-parts.ts";
import { factText, grantText, STATUS } from "../support/queue-texts.ts";

export const QUEUE = "queue/mail";

export function checkQueue(evidence: Evidence): void {
  const model = new QueueModel();
  const steps = evidence.actors.get(QUEUE)?.steps ?? [];
  for (const { seq, at, ...step } of steps) {
    model.at = at;
    const refused = told(model, step);
    if ((refused === undefined) !== (step.body.handled !== false))
      evidence.fault(`${QUEUE} ${seq}: its model says ${refused ?? "yes"} to ${step.body.event?.type}`);
  }
  const granted = steps.flatMap(grantsIn);
  if (!isDeepStrictEqual(granted, model.granted))
    evidence.fault(`granted: ${granted.join("; ")}; by its model: ${model.granted.join("; ")}`);
  const said = steps.flatMap(
    ({ body: { facts = [] } }) => facts.map((fact) => factText(fact as unknown as QueueFact)), // it says nothing else
  );
  if (!isDeepStrictEqual(said, model.said))
    evidence.fault(`said: ${said.join("; ")}; by its model: ${model.said.join("; ")}`);
  checkJobs(evidence, model);
}

function checkJobs({ actors, fault }: Evidence, { jobs }: QueueModel): void {
  for (const { number, stand } of jobs) {
    const { steps } = actors.get(`job/mail:${number}`) ?? { steps: [] };
    const status = JSON.stringify(steps.at(-1)?.body.state);
    if (!STATUS[stand].some((one) => status === `"${one}"`))
      fault(`job ${number} is ${stand}, its actor ${status}`);
    const odd = steps.find(({ body }) => body.handled === false);
    if (odd !== undefined) fault(`job ${number} cannot take ${odd.body.event?.type} at ${odd.seq}`);
  }
  const left = isCleared(actors) ? jobs.filter(({ stand }) => LEFT.has(stand)) : [];
  for (const { number, stand } of left) fault(`job ${number} is left ${stand}`);
}

const LEFT: ReadonlySet<Stand> = new Set(["waiting", "queued", "running"]);

/**
 * Whether somebody has done all that was left: not where a shorter history leaves that hand out, nor
 * where the clock was set back, so that the queue's time stands still while the hand's goes on.
 */
function isCleared(actors: Evidence["actors"]): boolean {
  const last = actors.get("hand/Z")?.steps.at(-1);
  const queue = actors.get(QUEUE)?.steps ?? [];
  const left = queue.find(({ body: { event } }) => event?.type === "LEAVE" && event["worker"] === "Z");
  return last !== undefined && left !== undefined && Math.abs(left.at - last.at) < 5_000;
}

function grantsIn({ effects, at }: Replay): string[] {
  return effects.flatMap(({ effect }) => {
    if (effect.type !== "send" || effect.event.type !== "LEASED") return [];
    const { lease, worker } = effect.event as unknown as { lease: number; worker: string }; // as the queue says it
    return [grantText({ job: Number(effect.to.replace("job/mail:", "")), lease, worker, at })];
  });
}

/** Tells the model what a record told the queue. @returns why it does not take it. */
function told(
  model: QueueModel,
  { body: { born, event, timer } }: Pick<Replay, "body">,
): string | undefined {
  if (timer !== undefined) {
    model.tick();
    return undefined;
  }
  if (born !== undefined) {
    const { settings } = born.input as { readonly settings: object }; // the story's own
    return model.configure(settings);
  }
  const command = QueueCommand.safeParse(event).data;
  if (command === undefined) return undefined; // the host's own
  return "worker" in command ? fromWorker(model, command) : fromUser(model, command);
}

type FromWorker = Extract<QueueCommand, { readonly worker: string }>;

function fromUser(model: QueueModel, command: Exclude<QueueCommand, FromWorker>): string | undefined {
  switch (command.type) {
    case "ADD":
      return model.add(command.jobs as readonly Order[]); // it needs no more of them
    case "CANCEL":
      return model.cancel(Number(command.job));
    case "RETRY":
      return model.retry(Number(command.job));
    case "SCHEDULE":
      return model.schedule(command.id, command.when, command.job);
    case "UNSCHEDULE":
      return model.unschedule(command.id);
    case "CONFIGURE":
      return model.configure(command.settings);
    case "PAUSE":
      return model.pause();
    case "RESUME":
      return model.resume();
  }
}

function fromWorker(model: QueueModel, command: FromWorker): string | undefined {
  const { worker } = command;
  switch (command.type) {
    case "JOIN":
      return model.join(worker, command.slots, command.handlers);
    case "HEARTBEAT":
      return model.heartbeat(worker, command.jobs.map(Number));
    case "LEAVE":
      return model.leave(worker);
    case "REPORT": {
      const ends = command.ended.map(({ job, lease, failure, retryInMs = 0, cancelled }) => {
        const failed = failure === undefined ? "completed" : retryInMs > 0 ? "retry" : "failed";
        return { job: Number(job), lease, how: cancelled ? "cancelled" : failed, retryInMs } as const;
      });
      return model.report(worker, ends);
    }
  }
}
