/** Workers in processes of their own, and what is heard of them. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { WorkerSaid } from "./queue-worker-child.ts";

const CHILD = join(import.meta.dirname, "queue-worker-child.ts");

export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #said: WorkerSaid[] = [];
  #complaint = "";
  #over = false;
  #look = (): void => {};

  constructor(url: string) {
    this.#child = spawn(process.execPath, [CHILD, url], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env }, // halves its start
    });
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#complaint += chunk.toString()));
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#said.push(JSON.parse(line) as WorkerSaid); // the child's own line
      this.#look();
    });
    this.#child.on("exit", () => {
      this.#over = true;
      this.#look();
    });
  }

  /** The first that it says of these, from now on or before; of this job, where one is named. */
  async heard(said: readonly WorkerSaid["said"][], job?: string): Promise<WorkerSaid> {
    for (;;) {
      const found = this.#said.findLast(
        (one) => said.includes(one.said) && (job === undefined || one.job === job),
      );
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`it never said ${said.join()}: ${this.#complaint}`);
      await new Promise<void>((resolve) => (this.#look = resolve));
    }
  }

  /** Its jobs may end. */
  finish(): void {
    this.#child.stdin.write("finish\n");
  }

  /** SIGSTOP, in a moment. */
  freeze(): void {
    this.#child.stdin.write("freeze\n");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  /** As nothing that it does could. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
