/**
 * A worker in a process of its own: `queue-worker-child.ts URL`. It says as JSON lines what
 * happens to it. Its jobs end at the line "finish"; then each also tells the queue itself, under
 * the lease that it was given, as one does who has not heard that it is lost. At the line "freeze"
 * it stops itself: from outside it might be stopped in the middle of a write, with SQLite's lock.
 */
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { connect } from "../../src/actors/client.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { TroupeError } from "../../src/errors.ts";

/** What a child prints, one a line. */
export interface WorkerSaid {
  readonly said: "ready" | "started" | "aborted" | "refused" | "taken" | "trouble";
  readonly worker?: string;
  readonly job?: string;
  readonly lease?: number;
  readonly code?: string;
}

const finish = new EventEmitter();
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "freeze") process.kill(process.pid, "SIGSTOP");
  else finish.emit(line);
});

const client = await connect({ log: process.argv[2] ?? "", kinds: queueKinds() });
const worker = await startWorker(client, "mail", {
  concurrency: 1,
  name: "far",
  onError: (error) => say({ said: "trouble", code: codeOf(error) }),
  handlers: {
    async send({ id: job, lease }, { signal }) {
      const { name } = worker;
      signal.addEventListener("abort", () =>
        say({ said: "aborted", job, lease, code: codeOf(signal.reason) }),
      );
      say({ said: "started", worker: name, job, lease });
      await once(finish, "finish");
      try {
        const ended = [{ job, lease, result: "late" }];
        await client.actor("queue/mail").send({ type: "REPORT", worker: name, ended });
        say({ said: "taken", job, lease });
      } catch (error) {
        say({ said: "refused", job, lease, code: codeOf(error) });
      }
    },
  },
});
say({ said: "ready", worker: worker.name });

function say(said: WorkerSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

function codeOf(error: unknown): string {
  return TroupeError.is(error) ? error.code : String(error);
}
