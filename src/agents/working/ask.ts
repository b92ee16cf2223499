/**
 * How a turn asks a human while it is taken: durably.
 *
 * - A question is an event of the agent (`ASKED`), its answer a command to it (`ANSWER`): both
 *   stand in the agent's records, where the turn finds them.
 * - The same question of the same turn is asked once, whatever happens to the turn or its host: it
 *   is named by what was said before the turn, its own words, and how often the turn has put it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ActivityContext } from "../../actors/activity.ts";
import { TroupeError } from "../../errors.ts";
import { AgentFact } from "../../events/agent/facts.ts";
import { AgentCommand, Asked, QUESTION_LIMIT } from "../../events/agent/work.ts";
import { conversationHash, sha256 } from "../../events/chat/conversation.ts";
import type { ChatMessage } from "../../events/chat/message.ts";
import { redact } from "../redact.ts";
import type { TurnContext } from "../ways/way.ts";

/** How often the records are looked into, ms: at first, and at last. */
const FIRST_MS = 20;
const LAST_MS = 1_000;

/** @param messages the conversation so far. @param secrets are left out of questions. */
export function asker(
  messages: readonly ChatMessage[],
  context: Pick<ActivityContext, "records" | "tell" | "signal" | "heartbeat">,
  secrets: readonly string[],
): NonNullable<TurnContext["ask"]> {
  const turn = conversationHash(messages);
  const times = new Map<string, number>();
  return async (words) => {
    const text = redact(words, secrets);
    const nth = (times.get(text) ?? 0) + 1;
    times.set(text, nth);
    const question = `a-${sha256(`${turn}\n${nth}\n${text}`).slice("sha256:".length).slice(0, 10)}`;
    const told = Asked.safeParse({ type: "ASKED", question, text });
    if (!told.success) throw unfit(text);
    let { seq, asked, answer } = await heard(context, question, 0);
    if (!asked) context.tell(told.data);
    for (let ms = FIRST_MS; answer === undefined; ms = Math.min(ms * 1.2, LAST_MS)) {
      await sleep(ms, undefined, { signal: context.signal });
      context.heartbeat();
      ({ seq, answer } = await heard(context, question, seq));
    }
    return answer;
  };
}

interface Heard {
  /** The last record that was looked at. */
  readonly seq: number;
  readonly asked: boolean;
  readonly answer: string | undefined;
}

/** What an agent's records say of a question, from one on. */
async function heard(
  { records }: Pick<ActivityContext, "records">,
  question: string,
  after: number,
): Promise<Heard> {
  let seq = after;
  let asked = false;
  let answer: string | undefined;
  for await (const { seq: here, body } of records(undefined, { after })) {
    seq = here;
    for (const said of body.facts ?? []) {
      const fact = AgentFact.safeParse(said);
      if (!fact.success || !("question" in fact.data.data)) continue;
      if (fact.data.data.question !== question) continue;
      if (fact.data.type === "question.asked") asked = true;
      if (fact.data.type === "question.answered") answer = AgentCommand.parse(body.event).text;
    }
  }
  return { seq, asked, answer };
}

function unfit(text: string): TroupeError {
  const why = text === "" ? "it is empty" : `it has more than ${QUESTION_LIMIT} characters`;
  return new TroupeError("RESULT_INVALID", `a question to a human cannot be put: ${why}`, {
    hint: "Ask in a few words.",
  });
}
