/**
 * The subjects of a log as an AsyncAPI 3.1 document, made from the schemas of the kinds.
 *
 * - 1. The document speaks as the hosts of the log do: they send records and receive commands.
 */
import { kindsByName, type AnyKind } from "../../actors/kind.ts";
import type { JsonObject } from "../../events/json.ts";
import { hostKinds } from "../host-kinds.ts";
import { keepRecords, recordMessages } from "./records.ts";
import { commandMessages, replyMessages, sharedCommands } from "./requests.ts";
import { schemas as noSchemas, type Schemas } from "./schemas.ts";

/** Of what the subjects promise: its first number is raised where a tool that kept to it would break. */
const CONTRACT = "1.0.0";

export interface AsyncApiOptions {
  /** The log's name. Default: any, as a parameter of the subjects. */
  readonly name?: string;
  /** Where the log's server is, `HOST:PORT`. Default: a variable. */
  readonly server?: string;
  /** The kinds in the log. Default: those of {@link hostKinds}. */
  readonly kinds?: readonly AnyKind[];
}

/**
 * Makes the document: channels of each kind's records and commands, with the messages on them.
 *
 * @throws {@link TroupeError} `KIND_DUPLICATE`, `KIND_INVALID`.
 */
export function asyncApiOf({ name, server, kinds = hostKinds() }: AsyncApiOptions = {}): JsonObject {
  const schemas = noSchemas();
  keepRecords(schemas);
  const shared = sharedCommands(schemas);
  const replies = replyMessages(schemas);
  const parts = [...kindsByName(kinds).values()].map((kind) => ofKind(kind, { name, schemas, shared }));
  return {
    asyncapi: "3.1.0",
    info: infoOf(name),
    defaultContentType: "application/json",
    servers: { nats: serverOf(server) },
    channels: {
      ...merged(parts, "channels"),
      replies: {
        address: null,
        title: "Answers, on the subject that the asker names",
        messages: refsTo(replies),
      },
    },
    operations: merged(parts, "operations"),
    components: {
      messages: { ...merged(parts, "messages"), ...shared, ...replies },
      schemas: schemas.all(),
    },
  };
}

interface Common {
  readonly name: string | undefined;
  readonly schemas: Schemas;
  /** Commands that every kind takes. */
  readonly shared: Readonly<Record<string, JsonObject>>;
}

interface Part {
  readonly channels: JsonObject;
  readonly operations: JsonObject;
  readonly messages: JsonObject;
}

function ofKind(kind: AnyKind, { name, schemas, shared }: Common): Part {
  const { kind: called } = kind;
  const records = recordMessages(kind, schemas);
  const commands = commandMessages(kind, schemas);
  const parameters = parametersOf(name);
  const at = `troupe.${name ?? "{log}"}`;
  return {
    channels: {
      [`${called}.records`]: {
        address: `${at}.pub.{partition}.${called}.{id}.{type}`,
        title: `Records of ${called} actors, once they are stored`,
        messages: refsTo(records),
        parameters: { ...parameters, type: TYPE },
      },
      [`${called}.commands`]: {
        address: `${at}.cmd.{partition}.${called}.{id}`,
        title: `Commands to ${called} actors`,
        messages: refsTo({ ...commands, ...shared }),
        parameters,
      },
    },
    operations: {
      [`${called}.recorded`]: {
        action: "send",
        title: `A ${called} took a step`,
        channel: { $ref: `#/channels/${called}.records` },
      },
      [`${called}.asked`]: {
        action: "receive",
        title: `A ${called} is asked for something`,
        channel: { $ref: `#/channels/${called}.commands` },
        reply: { channel: { $ref: "#/channels/replies" } },
      },
    },
    messages: { ...records, ...commands },
  };
}

function infoOf(name: string | undefined): JsonObject {
  return {
    title: name === undefined ? "Logs of Troupe" : `The log ${name} of Troupe`,
    version: CONTRACT,
    description:
      "What other tools may rely on: records as CloudEvents in binary mode, commands as request and reply. docs/guide/subjects.md explains it.",
  };
}

function serverOf(server: string | undefined): JsonObject {
  const protocol = { protocol: "nats", protocolVersion: "1" };
  if (server !== undefined) return { host: server, ...protocol };
  const host = { default: "127.0.0.1:4222", description: "Host and port of the NATS server." };
  return { host: "{host}", ...protocol, variables: { host } };
}

const TYPE: JsonObject = {
  description:
    "The record's type. Its dots separate tokens; what a token cannot hold is written %XX, an empty token %.",
};

function parametersOf(name: string | undefined): JsonObject {
  return {
    ...(name === undefined && {
      log: { description: "The log's name: letters, digits, `_` and `-`." },
    }),
    partition: {
      description:
        "FNV-1a (32 bit) of the id's root (up to its first colon) in UTF-8, modulo the number of partitions.",
      examples: ["0"],
    },
    id: {
      description: "The address behind its `/`: a root such as `r1`, or a root and a path, `r1:t2`.",
      examples: ["r1"],
    },
  };
}

function refsTo(messages: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(
    Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }]),
  );
}

function merged(parts: readonly Part[], key: keyof Part): JsonObject {
  return Object.assign({}, ...parts.map((part) => part[key])) as JsonObject; // of such objects
}
