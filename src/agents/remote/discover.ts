/** Who is there: agents elsewhere, as they describe themselves. */
import { NoRespondersError, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import { enter, type RemotePlace } from "./connection.ts";
import { serverUnavailable } from "./faults.ts";
import { bytesIn, isSubject, jsonIn, ServiceInfo, VERSION, WHO } from "./protocol.ts";

/** An agent that can be asked: all instances that share one subject. */
export interface RemoteAgent {
  readonly agent: string;
  readonly owner: string;
  /** As it calls it itself. */
  readonly session: string | undefined;
  /** The last part of its subject. */
  readonly name: string;
  readonly description: string;
  /** Of its program. */
  readonly version: string;
  /** Ids of what listens on its subject, and takes prompts in turns. */
  readonly instances: readonly string[];
  /** Where prompts go. */
  readonly subject: string;
  /** Where it says at once that it lives. */
  readonly status: string | undefined;
  /** The longest prompt, in bytes, with all that goes along with it. */
  readonly maxPayload: number;
  /** Whether it takes attachments. */
  readonly attachments: boolean;
}

/** Something that calls itself an agent, and cannot be asked. */
export interface UnusableAgent {
  readonly agent: string | undefined;
  readonly owner: string | undefined;
  readonly why: string;
}

export interface DiscoveredAgents {
  /** By subject. */
  readonly agents: readonly RemoteAgent[];
  readonly unusable: readonly UnusableAgent[];
}

export interface DiscoverOptions {
  /** The longest that is waited, ms; with the first answer, it is over soon. Default 2000. */
  readonly timeoutMs?: number | undefined;
  /** Only of this kind, as `claude-code`. */
  readonly agent?: string | undefined;
  readonly owner?: string | undefined;
}

/** How long nobody must have answered before nobody else is waited for, ms. */
const QUIET_MS = 300;

/** @throws {@link TroupeError} `REMOTE_FAILED` (the URL), `REMOTE_UNAVAILABLE` (the server). */
export async function discoverAgents(
  place: RemotePlace,
  { timeoutMs = 2_000, agent, owner }: DiscoverOptions = {},
): Promise<DiscoveredAgents> {
  await using entered = await enter(place);
  const found = new Map<string, RemoteAgent>();
  const unusable: UnusableAgent[] = [];
  for (const { data } of await answers(entered.nc, entered.url, timeoutMs)) {
    const read = readAgent(jsonIn(data), entered.nc.info?.max_payload);
    if (agent !== undefined && read.agent !== agent) continue;
    if (owner !== undefined && read.owner !== owner) continue;
    if ("why" in read) unusable.push(read);
    else found.set(read.subject, together(found.get(read.subject), read));
  }
  const agents = [...found.values()].toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
  return { agents, unusable };
}

async function answers(nc: NatsConnection, url: string, timeoutMs: number): Promise<readonly Msg[]> {
  const options = { strategy: "stall", maxWait: timeoutMs, stall: QUIET_MS } as const;
  try {
    return await Array.fromAsync(await nc.requestMany(WHO, undefined, options));
  } catch (error) {
    if (error instanceof NoRespondersError) return [];
    throw serverUnavailable(url, error);
  }
}

const Named = z.object({ metadata: z.object({ agent: z.string(), owner: z.string() }) });

/** One answer; without a limit of its own, the server's holds. */
function readAgent(json: unknown, most = 1_048_576): RemoteAgent | UnusableAgent {
  const info = ServiceInfo.safeParse(json);
  if (!info.success) {
    const { agent, owner } = Named.safeParse(json).data?.metadata ?? {};
    return { agent, owner, why: z.prettifyError(info.error) };
  }
  const { agent, owner, protocol_version } = info.data.metadata;
  if (/^\d+\.\d+/.exec(protocol_version)?.[0] !== VERSION) {
    const why = `it speaks version "${protocol_version.slice(0, 20)}" of the protocol, not ${VERSION}`;
    return { agent, owner, why };
  }
  const described = describedAs(info.data, most);
  return typeof described === "string" ? { agent, owner, why: described } : described;
}

/** An agent of this version of the protocol; or why it cannot be asked. */
function describedAs(info: ServiceInfo, most: number): RemoteAgent | string {
  const { id, version, description, metadata, endpoints } = info;
  const { agent, owner, session } = metadata;
  const prompt = endpoints.find(({ name }) => name === "prompt");
  if (prompt === undefined) return "it takes no prompts";
  const { subject } = prompt;
  if (!isSubject(subject)) return "its subject is none that prompts may go to";
  const { max_payload: size, attachments_ok } = prompt.metadata ?? {};
  const maxPayload = size === undefined ? most : bytesIn(size);
  if (maxPayload === undefined) return "its max_payload is no size";
  return {
    agent,
    owner,
    session,
    name: nameIn(subject) ?? session ?? subject,
    description,
    version,
    instances: [id],
    subject,
    status: endpoints.find(({ name, subject: at }) => name === "status" && isSubject(at))?.subject,
    maxPayload: Math.min(maxPayload, most),
    attachments: String(attachments_ok) === "true",
  };
}

function nameIn(subject: string): string | undefined {
  const tokens = subject.split(".");
  return tokens.length === 5 && subject.startsWith("agents.prompt.") ? tokens[4] : undefined;
}

/** What all instances of one agent can do. */
function together(before: RemoteAgent | undefined, one: RemoteAgent): RemoteAgent {
  if (before === undefined) return one;
  return {
    ...before,
    instances: [...before.instances, ...one.instances].toSorted(),
    maxPayload: Math.min(before.maxPayload, one.maxPayload),
    attachments: before.attachments && one.attachments,
  };
}
