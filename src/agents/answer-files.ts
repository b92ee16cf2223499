/**
 * For agents that only answer: where one leaves its first output unwritten, its answer is
 * written there, so that those who read files find it.
 */
import { readFile } from "node:fs/promises";
import type { AgentAnswer, AgentFunction, Agents, Work } from "./agent.ts";
import { oneLine } from "./markdown.ts";

/** The first line of such a file: it may be written again. */
const MARK = "<!-- the answer of an agent -->";

/** The same agents; what they answer stands in their outputs, too. */
export function writingAnswers(agents: Agents): Agents {
  return Object.fromEntries(Object.entries(agents).map(([name, agent]) => [name, writing(agent)]));
}

function writing(agent: AgentFunction): AgentFunction {
  return async (work) => {
    const result = await agent(work);
    const [output] = work.outputs;
    const answer = result ?? {};
    if (output === undefined || answer.text !== undefined || (await isWritten(output))) return answer;
    return { ...answer, text: textOf(work, answer) };
  };
}

/** Whether it is there, and somebody else wrote it. */
async function isWritten(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const gone = error instanceof Error && "code" in error && error.code === "ENOENT";
    return gone ? undefined : "";
  });
  return text !== undefined && !text.startsWith(MARK);
}

function textOf({ title }: Work, { summary, data }: AgentAnswer): string {
  const said = summary === undefined ? [] : [summary, ""];
  const json = data === undefined ? [] : ["```json", JSON.stringify(data, undefined, 2), "```", ""];
  return [MARK, `# ${oneLine(title)}`, "", ...said, ...json].join("\n");
}
