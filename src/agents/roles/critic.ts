/**
 * The critic: judges texts by the validators of CRITIC, never by its own opinion (S0-056).
 *
 * - Each judgement begins with a call of the tool `critic`, so `tool.called` stands in the log
 *   before every verdict; the answer is made of what the tool said.
 * - As a gate it answers a verdict; as a task of its own a feedback report.
 */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { Verdict, type WorkPackage } from "../../events/work.ts";
import type { ChatMessage } from "../../events/chat/message.ts";
import { assess, type Assessment } from "../critic/assess.ts";
import { feedbackReport } from "../critic/feedback.ts";
import { readArtifact } from "../critic/read-artifact.ts";
import type { Validator } from "../critic/validator.ts";
import { verdictOf } from "../critic/verdict.ts";
import { defineAgent, type AgentDefinition } from "../definition/definition.ts";
import { defineTool, type Tool } from "../definition/tool.ts";
import { lowerHeadings, oneLine } from "../markdown.ts";
import { NO_TOKENS, type Way } from "../ways/way.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

export interface CriticOptions {
  /** Of every text that it judges, beside those of `input.requirements`. Default none. */
  readonly requirements?: readonly string[] | undefined;
  /** Beside the four of CRITIC. Default none. */
  readonly validators?: readonly Validator[] | undefined;
}

/** What the tool finds. */
const Found = z.object({
  passed: z.boolean(),
  /** 0 to 1. */
  overall: z.number(),
  grade: z.string(),
  verdict: Verdict,
  report: z.string(),
});
type Found = z.infer<typeof Found>;

const TOOL = "critic";

export function critic(options: CriticOptions = {}): AgentDefinition {
  return defineAgent({
    name: "critic",
    description: STANDARD_AGENTS.critic,
    skills: ["check", "critique", "judge", "quality", "review", "verdict"],
    way: byTool(options),
    tools: { [TOOL]: criticTool(options) },
    prompt: ({ title }) => `Judge: ${title}`,
  });
}

/** CRITIC as a tool of any agent: what it finds of files, or of a text. */
export function criticTool({ validators = [] }: Pick<CriticOptions, "validators"> = {}): Tool {
  return defineTool({
    description: "Judges Markdown texts by structure, citations, completeness and code validity.",
    input: z.object({
      files: z.array(z.string()).default([]).describe("paths of those to judge"),
      text: z.string().optional().describe("a text to judge, where there is no file"),
      requirements: z.array(z.string()).default([]).describe("what each must say"),
    }),
    run: async ({ files, text, requirements }, { work }): Promise<Found> => {
      const strange = files.find((file) => !filesOf(work).includes(file));
      if (strange !== undefined)
        throw new TroupeError("INPUT_INVALID", `"${strange}" is no file of this work`, {
          hint: "Name files that the work was given.",
        });
      const given = text === undefined ? [] : [{ name: "the answer", content: text }];
      const read = files.map(async (name) => ({ name, content: await readArtifact(name) }));
      const texts = [...given, ...(await Promise.all(read))];
      if (texts.length === 0)
        throw new TroupeError("INPUT_INVALID", "there is nothing to judge", {
          hint: "Name files, or give a text.",
        });
      return foundIn(assess(texts, { requirements, validators }));
    },
  });
}

/** Of several texts, the worst decides. */
function foundIn({ artifacts, mean, grade, passed }: Assessment): Found {
  const several = artifacts.length > 1;
  const verdicts = artifacts.map((one) => ({ name: one.name, ...verdictOf(one) }));
  const issues = verdicts.flatMap(({ name, issues: its }) =>
    its.map((issue) => (several ? `${name}: ${issue}` : issue)),
  );
  return {
    passed,
    overall: mean ?? 0,
    grade: grade ?? "F",
    verdict: {
      completeness: Math.min(...verdicts.map(({ completeness }) => completeness)),
      accuracy: Math.min(...verdicts.map(({ accuracy }) => accuracy)),
      issues: issues.slice(0, MOST),
    },
    report: reportOf(artifacts, several),
  };
}

/** How many issues a verdict names: it is recorded. */
const MOST = 50;
/** Characters of a report: the log keeps what a tool says. */
const LONGEST = 16_000;

function reportOf(artifacts: Assessment["artifacts"], several: boolean): string {
  const parts = artifacts.map((one) => {
    if (!several) return feedbackReport(one);
    const lower = lowerHeadings(1);
    const lines = feedbackReport(one).trimEnd().split("\n");
    return `# ${oneLine(one.name)}\n\n${lines.map((line) => lower.line(line)).join("\n")}${lower.end()}\n`;
  });
  const text = parts.join("\n");
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST).toWellFormed()}\n…\n`;
}

/** First the tool, then what it said. */
function byTool({ requirements = [], validators = [] }: CriticOptions): Way {
  return {
    type: "function",
    about: {
      critic: validators.map(({ name, threshold }) => ({ name, threshold })),
      requirements: [...requirements],
    },
    async turn({ work, messages }) {
      const said = messages.findLast((message) => message.role === "tool");
      const rest = { usage: NO_TOKENS, model: TOOL } as const;
      if (said !== undefined) return { ...rest, finish: "stop", message: answerOf(said, work) };
      const input = { ...subjectOf(work), requirements: [...requirements, ...requirementsIn(work)] };
      const calls = [{ id: "critic-1", name: TOOL, input }];
      return { ...rest, finish: "tools", message: { role: "assistant", text: "", calls } };
    },
    result({ text, provider }) {
      const known = Known.safeParse(provider);
      return { text, ...(known.success && known.data) };
    },
  };
}

const Known = z.object({ summary: z.string(), data: z.json() });

function answerOf({ text, ...said }: Extract<ChatMessage, { role: "tool" }>, work: WorkPackage) {
  if (said.failed)
    throw new TroupeError("FILE_NOT_READ", text, { hint: "Name texts that can be read." });
  const { verdict, report, ...found } = Found.parse(JSON.parse(text));
  const { passed, overall, grade } = found;
  const summary = `${passed ? "passed" : "not passed"}: ${Math.floor(overall * 1_000) / 10} %, grade ${grade}`;
  const data = work.purpose === "judge" ? verdict : { ...found, verdict };
  return { role: "assistant" as const, text: report, calls: [], provider: { summary, data } };
}

/** All files that a piece of work is given. */
function filesOf({ delivered, reads, outputs, upstream }: WorkPackage): readonly string[] {
  const before = Object.values(upstream).flatMap((one) => one.outputs);
  return [...(delivered?.outputs ?? []), ...reads, ...outputs, ...before];
}

/** What of a piece of work is judged: of what was delivered its texts, else its words. */
function subjectOf({ delivered, reads, upstream }: WorkPackage) {
  const outputs = delivered?.outputs ?? reads;
  if (outputs.length > 0) return { files: [...textsAmong(outputs)] };
  const words = (delivered === undefined ? Object.values(upstream) : [delivered]).map(
    ({ data, summary }) => textIn(data) ?? summary,
  );
  return { text: words.join("\n\n") };
}

/** The Markdown among them; without any, all of them. */
function textsAmong(paths: readonly string[]): readonly string[] {
  const texts = paths.filter((path) => /\.(md|markdown)$/i.test(path));
  return texts.length === 0 ? paths : texts;
}

function textIn(data: unknown): string | undefined {
  return z.object({ text: z.string() }).safeParse(data).data?.text;
}

function requirementsIn({ input }: WorkPackage): readonly string[] {
  const named = z.object({ requirements: z.array(z.string()) }).safeParse(input);
  return named.data?.requirements ?? [];
}
