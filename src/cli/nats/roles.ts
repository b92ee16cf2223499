/**
 * The accounts and users of a configuration: who may do what on the subjects of a log.
 *
 * - 1. What is not named is not permitted; only the admin may do all, in its account.
 * - 2. A server sends the answer to a request wherever the request says, asking nobody's
 *      permission: in the account of the log a mere reader could have it written into the log.
 *      So who must not write has an account of his own, into which only what he may ask for is
 *      imported: an answer stays in the account that asked.
 * - 3. Who reads needs no consumer, so nobody's consumer is in reach.
 * - 4. A user reads answers only below `_INBOX.` and his own key.
 */

export const ROLES = ["admin", "host", "client", "observer", "tools"] as const;
export type Role = (typeof ROLES)[number];

export interface Grant {
  /** Name of the account that the logs lie in; those of client, observer and tools are called after it. */
  readonly account: string;
  /** The one log that the roles are for. Default: all of the account. */
  readonly only?: { readonly name: string; readonly partitions: number };
  /** Public keys. */
  readonly keys: Readonly<Record<Role, string>>;
}

/** The account of a role. */
export function accountOf(account: string, role: Role): string {
  return role === "admin" || role === "host" ? account : `${account}_${role.toUpperCase()}`;
}

/** What reading a log asks of the server, but for its live tail. */
function reading(streams: readonly string[]): readonly string[] {
  const asked = ["STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET"];
  return [
    "$JS.API.INFO",
    ...asked.flatMap((what) => streams.map((stream) => `$JS.API.${what}.${stream}`)),
  ];
}

/** Ordered consumers: faster for who reads much. */
function consuming(streams: readonly string[]): readonly string[] {
  return streams.flatMap((stream) => [
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
  ]);
}

/** The text of an account with its roles, as lines of the block `accounts`. */
export function accountsText({ account, only, keys }: Grant): string {
  const log = `troupe.${only?.name ?? "*"}`;
  const bucket = only === undefined ? "*" : `TROUPE_${only.name}_PAYLOADS`;
  const streams = only === undefined ? ["*"] : streamsOf(only);
  const read = reading(streams);
  const live = `${log}.pub.>`;
  const inbox = (role: Role): string => `_INBOX.${keys[role]}.>`;
  const outside = (role: "client" | "observer", asks: readonly string[]): readonly string[] => [
    `${accountOf(account, role)} {`,
    "  users: [",
    ...user(role, keys[role], {
      publish: [...asks, "$SYS.REQ.USER.INFO"],
      subscribe: [inbox(role), live],
    }),
    "  ]",
    "  imports: [",
    ...asks.map((subject) => `    { service: { account: ${account}, subject: "${subject}" } }`),
    `    { stream: { account: ${account}, subject: "${live}" } }`,
    "  ]",
    "}",
  ];
  const commands = `${log}.cmd.>`;
  return [
    `${account} {`,
    "  jetstream: enabled",
    "  users: [",
    "    # admin: makes, changes, purges and deletes logs",
    `    { nkey: ${keys.admin} }`,
    ...user("host", keys.host, {
      publish: [
        ...["ev", "own", "snap", "cmd", "msg", "work", "worker"].map((space) => `${log}.${space}.>`),
        `$O.${bucket}.>`,
        ...read,
        ...consuming(streams),
        "$SYS.REQ.USER.INFO",
      ],
      subscribe: [
        inbox("host"),
        ...["pub", "own", "cmd", "msg", "work", "worker"].map((space) => `${log}.${space}.>`),
      ],
      answers: true,
    }),
    "  ]",
    "  exports: [",
    ...[...read, commands].map((subject) => `    { service: "${subject}", response_type: stream }`),
    `    { stream: "${live}" }`,
    "  ]",
    "}",
    ...outside("client", [...read, commands]),
    ...outside("observer", read),
    `${accountOf(account, "tools")} {`,
    "  users: [",
    ...user("tools", keys.tools, { publish: [], subscribe: [live] }),
    "  ]",
    `  imports: [ { stream: { account: ${account}, subject: "${live}" } } ]`,
    "}",
  ].join("\n");
}

/** All streams of a log. */
function streamsOf({ name, partitions }: NonNullable<Grant["only"]>): readonly string[] {
  const numbers = Array.from({ length: partitions }, (_, p) => `TROUPE_${name}_${p}`);
  return [...numbers, `TROUPE_${name}_STATE`, `OBJ_TROUPE_${name}_PAYLOADS`];
}

const WHAT: Readonly<Record<Exclude<Role, "admin">, string>> = {
  host: "appends, owns, answers commands; makes and deletes no stream",
  client: "sends commands and reads",
  observer: "reads",
  tools: "hears what is stored, as it is stored; may ask for nothing",
};

function user(
  role: Exclude<Role, "admin">,
  key: string,
  may: {
    readonly publish: readonly string[];
    readonly subscribe: readonly string[];
    readonly answers?: boolean;
  },
): readonly string[] {
  const list = (subjects: readonly string[]): string =>
    subjects.map((subject) => `\n          "${subject}"`).join("");
  const publish = may.publish.length === 0 ? 'deny: ">"' : `allow: [${list(may.publish)}\n        ]`;
  return [
    `    # ${role}: ${WHAT[role]}`,
    `    { nkey: ${key}, permissions: {`,
    `        publish: { ${publish} }`,
    `        subscribe: { allow: [${list(may.subscribe)}\n        ] }`,
    ...(may.answers === true ? ['        allow_responses: { max: 10000, expires: "24h" }'] : []),
    "    } }",
  ];
}
