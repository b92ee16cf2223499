/** What the user of a connection may publish, as the server says when it is asked. */
import type { NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";

const Subjects = z.array(z.string()).optional();
const UserInfo = z.looseObject({
  data: z.looseObject({
    permissions: z
      .looseObject({ publish: z.looseObject({ allow: Subjects, deny: Subjects }).optional() })
      .optional(),
  }),
});

/** Whether a user may publish to a subject. Where the server does not say, he may try. */
export type May = (subject: string) => Promise<boolean>;

/** Asks the server once, when it is needed first. */
export function mayOn(nc: NatsConnection, answerMs: number): May {
  let asked: Promise<z.infer<typeof UserInfo> | undefined> | undefined;
  return async (subject) => {
    asked ??= nc
      .request("$SYS.REQ.USER.INFO", undefined, { timeout: answerMs })
      .then((message) => UserInfo.parse(message.json()))
      .catch(() => undefined);
    const { allow, deny = [] } = (await asked)?.data.permissions?.publish ?? {};
    const fits = (pattern: string): boolean => matches(pattern, subject);
    return (allow === undefined || allow.some(fits)) && !deny.some(fits);
  };
}

/** Whether a subject fits a pattern with `*` and `>`. */
export function matches(pattern: string, subject: string): boolean {
  const [wanted, tokens] = [pattern.split("."), subject.split(".")];
  const open = wanted.at(-1) === ">";
  if (open ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, i) => token === "*" || token === ">" || token === tokens[i]);
}
