/** Bugs of what agents share: queues, contexts, messages. */
import type { Mutant } from "./mutant.ts";

const QUEUE = "src/machines/queue";
const CONTEXT = "src/machines/context";
const MESSAGES = "src/machines/messages";

export const TEAMS: readonly Mutant[] = [
  {
    name: "word-under-an-older-lease-counts",
    file: `${QUEUE}/refusals.ts`,
    find: "present.lease === ended.lease",
    replace: "present.lease >= ended.lease",
    law: "A6",
  },
  {
    name: "silent-worker-keeps-its-jobs-a-moment-longer",
    file: `${QUEUE}/workers.ts`,
    find: "settings.leaseMs > now()",
    replace: "settings.leaseMs >= now()",
    law: "A7",
  },
  {
    name: "lapsed-job-goes-to-the-end-of-the-line",
    file: `${QUEUE}/end.ts`,
    find: "{ behind: false }",
    replace: "{ behind: true }",
    law: "A3",
  },
  {
    name: "job-that-was-called-off-runs-again",
    file: `${QUEUE}/end.ts`,
    find: "if (held.cancelling === true) return end(",
    replace: "if (held.cancelling !== held.cancelling) return end(",
    law: "A3",
  },
  {
    name: "rate-forgets-what-it-granted-at-once",
    file: `${QUEUE}/grant.ts`,
    find: "Math.max(now(), pace) + interval(rate)",
    replace: "now() + interval(rate)",
    law: "A7",
  },
  {
    name: "least-urgent-first",
    file: `${QUEUE}/grant.ts`,
    find: "best.rank < rank",
    replace: "best.rank > rank",
    law: "A8",
  },
  {
    name: "schedule-catches-up-on-every-moment",
    file: `${QUEUE}/time.ts`,
    find: "next(planned.when, Math.max(due, now()))",
    replace: "next(planned.when, due)",
    law: "A7",
  },
  {
    name: "alarm-set-once-for-all",
    file: `${QUEUE}/setup.ts`,
    find: "(context.alarm === 0 || due < context.alarm)",
    replace: "context.alarm === 0",
    law: "A7",
  },
  {
    name: "worker-that-stops-forgets-what-it-runs",
    file: "src/agents/queue/worker.ts",
    find: "while (held.size > 0) await new",
    replace: "if (held.size < 0) await new",
    law: "A11",
  },
  {
    name: "lock-that-has-lapsed-is-still-held",
    file: `${CONTEXT}/locks.ts`,
    find: "lease.until > turn.at) return;",
    replace: "lease.until >= turn.at) return;",
    law: "A7",
  },
  {
    name: "asking-again-loses-the-place-in-line",
    file: `${CONTEXT}/locks.ts`,
    find: "kept ?? turn.state.ticket + 1",
    replace: "turn.state.ticket + 1",
    law: "A8",
  },
  {
    name: "fence-of-a-key-of-its-own",
    file: `${CONTEXT}/locks.ts`,
    find: "turn.change({ fence });",
    replace: "void fence;",
    law: "A6",
  },
  {
    name: "broadcast-comes-back-to-its-sender",
    file: `${MESSAGES}/exchange.ts`,
    find: "if (name !== from && (",
    replace: "if ((",
    law: "A8",
  },
  {
    name: "message-taken-twice",
    file: `${MESSAGES}/inbox.ts`,
    find: "ids.reduce(withoutMessage, context.unread)",
    replace: "context.unread",
    law: "A8",
  },
];
