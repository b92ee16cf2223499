/** What those whom workflows, tasks and agents ask answer, by the names of their sources. */
import { z } from "zod";
import { AgentOutcome, Brief, Delivered, Summary, ToolResult } from "../events/agent/work.ts";
import { ChatAnswer } from "../events/chat/message.ts";
import { CommandResult } from "../events/command-result.ts";
import { TaskOutcome } from "../events/facts/task.ts";
import { HealingAnswer } from "../events/healing.ts";
import { CheckResult, WorkResult } from "../events/work.ts";

/** No more than this: what is misspelt is told. */
const Answer = z.strictObject(WorkResult.shape);

export const WORKFLOW_ANSWERS = {
  task: TaskOutcome,
  report: z.object({ files: z.array(z.string()) }),
  keep: z.object({ kept: z.array(z.string()) }),
};

export const TASK_ANSWERS = {
  // a command may also have answered as an agent does
  command: z.union([CommandResult, Answer]),
  agent: Answer,
  actor: z.union([AgentOutcome, Answer]),
  checks: CheckResult,
  advise: HealingAnswer,
};

export const AGENT_ANSWERS = {
  brief: Brief,
  turn: ChatAnswer,
  tool: ToolResult,
  summary: Summary,
  deliver: Delivered,
};
