/** Messages between the agents of runs as a table: one row per message. */
import type { MessageRow } from "../messages.ts";
import { defineTable } from "../table.ts";

export const messagesTable = defineTable({
  name: "messages",
  columns: {
    run: "text",
    /** `m1`, `m2`, …: the exchange counts. */
    id: "text",
    sender: "text",
    /** JSON list of the names that it is delivered to. */
    recipients: "text",
    type: "text",
    priority: "text",
    /** The message that it answers. */
    replyTo: "text",
    /** 1 where it hands over a result. */
    handoff: "integer",
    at: "integer",
  },
  indexes: [["run", "at"], ["sender"]],
  spread: ({ run, id, from, to, type, priority, replyTo, handoff, at }: MessageRow) => [
    {
      run,
      id,
      sender: from,
      recipients: JSON.stringify(to),
      type,
      priority,
      replyTo: replyTo ?? null,
      handoff: handoff ? 1 : 0,
      at,
    },
  ],
});
