/** Work on a memory log: lines between handles, by way of the store. */
import { assertJson, type Json } from "../json.ts";
import { answerOf, resultOf } from "./answer.ts";
import { closed, workUnanswered } from "./faults.ts";
import { createLine, type OwnLine } from "./line.ts";
import type { MemoryHandle } from "./memory-commands.ts";
import type { WorkListener, TakeWork, WorkChannel, WorkLine } from "./work-channel.ts";

/** One that serves a label. */
export interface MemoryWorker {
  readonly label: string;
  readonly take: TakeWork;
  /** All lines of the handle that it belongs to. */
  readonly lines: Set<WorkLine>;
}

/** Makes the channel of one handle; `close` ends all that it serves and asks. */
export function memoryWork(handle: MemoryHandle): WorkChannel & { close(): void } {
  const { store, url } = handle;
  const lines = new Set<WorkLine>();
  const mine = new Set<MemoryWorker>();
  return {
    async serve(label, take) {
      if (!handle.isOpen) throw closed(url);
      const worker = { label, take, lines };
      mine.add(worker);
      store.workers.add(worker);
      return {
        async [Symbol.asyncDispose]() {
          mine.delete(worker);
          store.workers.delete(worker);
        },
      };
    },
    async request(asked, heard) {
      if (!handle.isOpen) throw closed(url);
      assertJson(asked.work, "work");
      const serving = [...store.workers].filter(({ label }) => label === asked.label);
      const worker = serving[Math.floor(Math.random() * serving.length)];
      if (worker === undefined) return undefined;
      let hear: WorkListener = () => {};
      const near: OwnLine = sideOf(lines, heard, () => far);
      const far: OwnLine = sideOf(
        worker.lines,
        (word) => hear(word),
        () => near,
      );
      const answer = await answerOf(async () => {
        hear = worker.take(structuredClone(asked), far);
        return null;
      });
      if ("error" in answer) near.close();
      resultOf(answer);
      if (!handle.isOpen) throw workUnanswered(asked.label, "the log was closed");
      return near;
    },
    close() {
      for (const worker of mine) store.workers.delete(worker);
      for (const line of lines) line.close();
    },
  };
}

/** What it posts the other side takes in a later turn, as its own copy. */
function sideOf(lines: Set<WorkLine>, heard: WorkListener, other: () => OwnLine): OwnLine {
  const line = createLine({
    heard,
    over: () => void lines.delete(line),
    post(frame) {
      const word: Json = frame.word ?? null;
      assertJson(word, "word");
      const copy = structuredClone(frame);
      queueMicrotask(() => other().take(copy));
    },
  });
  lines.add(line);
  return line;
}
