/**
 * NATS as text over a TCP socket: what somebody types into telnet, and reads there.
 *
 * - 1. It knows nothing of Troupe, and no client of NATS is involved.
 * - 2. PINGs are answered; whatever else comes is a line, or a message with its headers.
 */
import { connect } from "node:net";

export interface BareMessage {
  readonly subject: string;
  readonly reply: string | undefined;
  /** As they came: `name: value`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly data: string;
}

export interface BareNats extends AsyncDisposable {
  /** Types lines, each ended as the protocol wants it. */
  type(...lines: readonly string[]): void;
  /** The next line that is no message: INFO, +OK, -ERR …, PONG. */
  line(): Promise<string>;
  /** The next message on a subject that begins so; others wait until they are asked for. */
  message(begins?: string): Promise<BareMessage>;
  /** Publishes with a subject for the answer, and waits for it. */
  request(subject: string, data: string, inbox?: string): Promise<BareMessage>;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<unknown>;
}

/** Connects, and reads the server's INFO. */
export async function bareNats(
  port: number,
  user: Readonly<Record<string, unknown>> = {},
): Promise<BareNats> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // the server hangs up on what it will not read
  const lines = queue<string>();
  const messages = queue<BareMessage>();
  let read: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    read = Buffer.concat([read, chunk]);
    for (let used = take(read); used > 0; used = take(read)) read = read.subarray(used);
  });
  /** How many bytes were taken; 0 where the next thing has not arrived whole. */
  const take = (bytes: Buffer): number => {
    const end = bytes.indexOf("\r\n");
    if (end === -1) return 0;
    const line = bytes.toString("utf8", 0, end);
    const sizes = sizesOf(line);
    if (sizes === undefined) {
      if (line === "PING") socket.write("PONG\r\n");
      else lines.put(line);
      return end + 2;
    }
    const to = end + 2 + sizes.total;
    if (bytes.length < to + 2) return 0;
    messages.put(messageOf(line, bytes.subarray(end + 2, to), sizes.head));
    return to + 2;
  };
  const type = (...typed: readonly string[]): void => {
    for (const line of typed) socket.write(`${line}\r\n`);
  };
  let asked = 0;
  const nats: BareNats = {
    type,
    line: () => lines.next(),
    message: (begins = "") => messages.next(({ subject }) => subject.startsWith(begins)),
    async request(subject, data, inbox = `_INBOX.bare.${++asked}`) {
      type(`SUB ${inbox} 99${asked}`, `UNSUB 99${asked} 1`);
      type(`PUB ${subject} ${inbox} ${Buffer.byteLength(data)}`, data);
      return nats.message(inbox);
    },
    closed: new Promise((resolve) => void socket.on("close", resolve)),
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
  const info = await nats.line();
  if (!info.startsWith("INFO ")) throw new Error(`the server said "${info}"`);
  type(`CONNECT ${JSON.stringify({ verbose: false, headers: true, no_responders: true, ...user })}`);
  return nats;
}

/** MSG and HMSG say how much follows. */
function sizesOf(line: string): { readonly head: number; readonly total: number } | undefined {
  const words = line.split(" ");
  const total = Number(words.at(-1));
  if (words[0] === "HMSG") return { head: Number(words.at(-2)), total };
  return words[0] === "MSG" ? { head: 0, total } : undefined;
}

function messageOf(line: string, bytes: Buffer, head: number): BareMessage {
  const words = line.split(" ");
  const reply = words.length > (head > 0 ? 5 : 4) ? words[3] : undefined;
  const fields = bytes
    .toString("utf8", 0, head)
    .split("\r\n")
    .slice(1)
    .filter((field) => field !== "");
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  return {
    subject: words[1] ?? "",
    reply,
    headers: new Map(headers),
    data: bytes.toString("utf8", head),
  };
}

function queue<T>() {
  const there: T[] = [];
  const waiting: { readonly fits: (item: T) => boolean; readonly take: (item: T) => void }[] = [];
  return {
    put(item: T): void {
      const at = waiting.findIndex(({ fits }) => fits(item));
      const [first] = at === -1 ? [] : waiting.splice(at, 1);
      if (first === undefined) there.push(item);
      else first.take(item);
    },
    next: (fits: (item: T) => boolean = () => true): Promise<T> =>
      new Promise((resolve) => {
        const at = there.findIndex(fits);
        const [item] = at === -1 ? [] : there.splice(at, 1);
        if (item === undefined) waiting.push({ fits, take: resolve });
        else resolve(item);
      }),
  };
}
