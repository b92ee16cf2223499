/**
 * A small agent of the Synadia Agent Protocol on a real server, whose answers the test plays: a
 * micro service made by hand of its subscriptions.
 */
import { connect, headers, RequestError, type Msg, type NatsConnection } from "@nats-io/transport-node";
import type { RemoteAgent } from "../../src/agents/remote/discover.ts";
import { freshName } from "./nats-log.ts";

/** One prompt, and all that may be done about it. */
export interface Prompted {
  /** What came over the wire. */
  readonly envelope: { readonly prompt: string; readonly attachments?: readonly object[] };
  /** Sends a chunk. */
  say(type: string, data: unknown): void;
  /** Sends whatever bytes. */
  raw(data: Uint8Array | string, head?: Readonly<Record<string, string>>): void;
  /** Asks in the middle; resolves with what is answered. */
  ask(question: string): Promise<string>;
  /** Says that it failed. */
  fail(code: number, words: string, body?: object): void;
  end(): void;
  /** Whether anybody still listens. */
  isHeard(): Promise<boolean>;
}

export interface TestAgentOptions {
  readonly owner?: string;
  readonly name?: string;
  readonly protocol?: string;
  readonly heartbeatMs?: number;
  /** In place of what it would say of its prompts. */
  readonly endpoint?: object;
  readonly agent?: string;
}

export interface TestAgent extends AsyncDisposable {
  /** A name that no other test's agent has. */
  readonly agent: string;
  readonly subject: string;
  readonly prompts: readonly Prompted["envelope"][];
  /** As it would be found. */
  readonly found: RemoteAgent;
  /** As if its process were killed. */
  readonly die: () => Promise<void>;
}

type Play = (prompted: Prompted, nth: number) => Promise<void> | void;

export async function startAgent(
  port: number,
  play: Play = () => {},
  options: TestAgentOptions = {},
): Promise<TestAgent> {
  const { agent = freshName(), owner = "eva", name = "one", protocol = "0.3", heartbeatMs } = options;
  const nc = await connect({ port, reconnect: false });
  const id = freshName();
  const who = `${agent}.${owner}.${name}`;
  const subject = `agents.prompt.${who}`;
  const prompts: Prompted["envelope"][] = [];
  const metadata = { max_payload: "512KB", attachments_ok: "true", ...options.endpoint };
  const info = {
    type: "io.nats.micro.v1.info_response",
    name: "agents",
    id,
    version: "1.2.3",
    description: "Plays.",
    metadata: { agent, owner, session: `${name}-session`, protocol_version: protocol },
    endpoints: [
      { name: "prompt", subject, queue_group: "agents", metadata },
      { name: "status", subject: `agents.status.${who}`, queue_group: "agents", metadata: {} },
    ],
  };
  const beat = () =>
    JSON.stringify({ agent, owner, instance_id: id, interval_s: (heartbeatMs ?? 30_000) / 1000 });
  const answers = (at: string, text: () => string) =>
    nc.subscribe(at, { callback: (_, message) => void message.respond(text()) });
  for (const at of ["$SRV.INFO", "$SRV.INFO.agents", `$SRV.INFO.agents.${id}`])
    answers(at, () => JSON.stringify(info));
  answers(`agents.status.${who}`, beat);
  nc.subscribe(subject, {
    queue: "agents",
    callback: (_, message) => {
      const prompted = promptedBy(nc, message);
      prompts.push(prompted.envelope);
      prompted.say("status", "ack");
      void play(prompted, prompts.length);
    },
  });
  const hearts =
    heartbeatMs === undefined
      ? undefined
      : setInterval(() => nc.publish(`agents.hb.${who}`, beat()), heartbeatMs);
  await nc.flush();
  const die = async (): Promise<void> => {
    clearInterval(hearts);
    if (nc.isClosed()) return;
    await nc.flush().catch(() => {}); // its server may be gone
    await nc.close();
  };
  return {
    agent,
    subject,
    prompts,
    die,
    [Symbol.asyncDispose]: die,
    found: {
      agent,
      owner,
      session: `${name}-session`,
      name,
      description: "Plays.",
      version: "1.2.3",
      instances: [id],
      subject,
      status: `agents.status.${who}`,
      maxPayload: 524_288,
      attachments: true,
    },
  };
}

function promptedBy(nc: NatsConnection, message: Msg): Prompted {
  const { reply = "" } = message;
  const raw: Prompted["raw"] = (data, head) => {
    if (nc.isClosed()) return;
    const made = headers();
    for (const [key, value] of Object.entries(head ?? {})) made.set(key, value);
    nc.publish(reply, data, head === undefined ? {} : { headers: made });
  };
  return {
    envelope: message.json(),
    raw,
    say: (type, data) => raw(JSON.stringify({ type, data })),
    end: () => raw(""),
    fail(code, words, body) {
      const head = { "Nats-Service-Error-Code": `${code}`, "Nats-Service-Error": words };
      raw(body === undefined ? "" : JSON.stringify(body), head);
      raw("");
    },
    async ask(prompt) {
      const at = `_INBOX.${freshName()}`;
      const { promise, resolve } = Promise.withResolvers<string>();
      nc.subscribe(at, {
        max: 1,
        callback: (_, answer) => resolve(answer.json<{ prompt: string }>().prompt),
      });
      await nc.flush();
      raw(JSON.stringify({ type: "query", data: { id: at, reply_subject: at, prompt } }));
      return promise;
    },
    isHeard: () =>
      nc.request(reply, "?", { timeout: 100 }).then(
        () => true,
        (error: unknown) => !(error instanceof RequestError && error.isNoResponders()),
      ),
  };
}
