/** A server with the roles that `troupe nats keys` writes, and connections of each. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, nkeyAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { fillIn, keysIn } from "../../src/cli/nats/keys.ts";
import type { Grant, Role } from "../../src/cli/nats/roles.ts";
import { startNats, type TestNats } from "./nats-server.ts";

export interface RolesServer extends AsyncDisposable {
  readonly server: TestNats;
  /** URL of a log as a role enters. */
  url(role: Role, name: string, more?: string, account?: string): string;
  keyFile(role: Role, account?: string): string;
  publicKey(role: Role, account?: string): string;
  /** A connection of a role without Troupe, and what the server refused it. */
  raw(role: Role, account?: string): Promise<Raw>;
}

export interface Raw extends AsyncDisposable {
  readonly nc: NatsConnection;
  /** Below it are the answers that it may read. */
  readonly inbox: string;
}

/** @param grants each account, and the log that its roles are for. Default: one account, all its logs. */
export async function rolesServer(
  grants: readonly Omit<Grant, "keys">[] = [{ account: "TROUPE" }],
): Promise<RolesServer> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "troupe-roles-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const conf = join(folder, "nats.conf");
  const publicKeys = new Map<string, string>();
  for (const grant of grants) {
    const keys = await keysIn(join(folder, grant.account), { force: false });
    for (const { role, publicKey } of keys) publicKeys.set(`${grant.account}/${role}`, publicKey);
    const of = (role: Role): string => publicKeys.get(`${grant.account}/${role}`) ?? "";
    const five = { admin: of("admin"), host: of("host"), client: of("client") };
    const all = { ...five, observer: of("observer"), tools: of("tools") };
    await fillIn(conf, { ...grant, keys: all });
  }
  const server = stack.use(await startNats({ conf: await readFile(conf, "utf8") }));
  const [{ account: first } = { account: "" }] = grants;
  const keyFile = (role: Role, account = first): string => join(folder, account, `${role}.nk`);
  return {
    server,
    keyFile,
    publicKey: (role, account = first) => publicKeys.get(`${account}/${role}`) ?? "",
    url: (role, name, more = "", account = first) =>
      server.logUrl(name, `&nkey=${keyFile(role, account)}${more}`),
    async raw(role, account = first) {
      const seed = await readFile(keyFile(role, account));
      const inbox = `_INBOX.${publicKeys.get(`${account}/${role}`)}`;
      const nc = await connect({
        port: server.port,
        authenticator: nkeyAuthenticator(Buffer.from(seed.toString().trim())),
        inboxPrefix: inbox,
      });
      return { nc, inbox, [Symbol.asyncDispose]: () => nc.close() };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
