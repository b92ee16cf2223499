/**
 * The names that users can import. A change here is a change of the public face: it needs
 * a changeset, and `npm run api` for the reviewed report in `etc/troupe.api.md`.
 */
import { readFileSync } from "node:fs";
import * as troupe from "troupe";
import { expect, it } from "vitest";

it("exports exactly these values", () => {
  expect(Object.keys(troupe).sort()).toMatchInlineSnapshot(`
    [
      "ContextCommand",
      "ContextFact",
      "ContextInput",
      "ContextUpdated",
      "Generated",
      "InboxCommand",
      "InboxFact",
      "InboxInput",
      "JobCommand",
      "JobFact",
      "JobInput",
      "JobOrder",
      "JobOutcome",
      "JobStatus",
      "MessageType",
      "MessagesCommand",
      "MessagesFact",
      "MessagesInput",
      "Plan",
      "PlanTask",
      "Priority",
      "QueueCommand",
      "QueueFact",
      "QueueInput",
      "QueueSettings",
      "ROLES",
      "Schedule",
      "Synthesis",
      "TaskCommand",
      "TaskEvent",
      "TaskEventType",
      "TaskFact",
      "TaskInput",
      "TaskOutcome",
      "TroupeError",
      "Verdict",
      "WorkPackage",
      "WorkResult",
      "WorkflowCommand",
      "WorkflowFact",
      "WorkflowInput",
      "WorkflowOutcome",
      "WrongSequenceError",
      "activity",
      "aiSdkModel",
      "cached",
      "conditional",
      "connect",
      "contextKind",
      "createHost",
      "createOrchestrator",
      "defineKind",
      "dynamic",
      "executeWorkflow",
      "health",
      "hostKinds",
      "hub",
      "jobFrom",
      "messagesKinds",
      "now",
      "onFacts",
      "openLog",
      "openModel",
      "openQueue",
      "openTeam",
      "parallel",
      "parseJobs",
      "parsePlan",
      "planKinds",
      "queueKinds",
      "readPlan",
      "recording",
      "replayModel",
      "saga",
      "scriptedModel",
      "sendToActor",
      "sequential",
      "sharedContext",
      "startActor",
      "startWorker",
      "systemClock",
      "taskEvents",
    ]
  `);
});

it("has an index of named exports and nothing else", () => {
  const index = readFileSync("src/index.ts", "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
    .replaceAll(/export (type )?\{[^}]*\} from "[^"]+";/g, "");
  expect(index.trim()).toBe("");
});
