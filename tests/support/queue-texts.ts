/** What queues do and say, in a word or two. */
import type { QueueFact } from "../../src/events/queue/queue.ts";
import type { Stand } from "./queue-model-parts.ts";
import type { Grant } from "./queue-world.ts";

/** What a job's actor may be where its queue's model has it so. */
export const STATUS: Readonly<Record<Stand, readonly string[]>> = {
  waiting: ["PENDING", "RETRYING"],
  queued: ["QUEUED"],
  running: ["RUNNING"],
  failed: ["FAILED"],
  completed: ["COMPLETED"],
  cancelled: ["CANCELLED"],
};

export function grantText({ job, lease, worker, at }: Grant): string {
  return `${job} ${lease} ${worker} ${at}`;
}

export function factText({ type, data }: QueueFact): string {
  switch (type) {
    case "queue.added":
      return `added ${data.jobs.map(enteredText).join()}`;
    case "queue.fired":
      return `fired ${data.schedule} ${data.due} ${enteredText(data)}`;
    case "queue.scheduled":
      return `scheduled ${data.schedule} ${data.next}`;
    case "queue.unscheduled":
      return `unscheduled ${data.schedule}`;
    case "queue.cancelled":
      return `cancelled ${data.job} ${data.running}`;
    case "queue.retried":
      return `retried ${data.job}`;
    case "worker.joined":
      return `joined ${data.worker} ${data.slots}`;
    case "worker.left":
      return `left ${data.worker} ${data.jobs.join()}`;
    case "worker.lost":
      return `lost ${data.worker} ${data.jobs.join()}`;
  }
}

function enteredText({
  job,
  duplicate,
}: {
  readonly job: string;
  readonly duplicate?: true | undefined;
}): string {
  return duplicate === true ? `${job}=` : job;
}
