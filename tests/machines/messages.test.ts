/** The exchange and its inboxes, against a model: lists by agent, in plain code. */
import { fc, test } from "@fast-check/vitest";
import { createActor } from "xstate";
import { describe, expect, it } from "vitest";
import { MessagesCommand, MessagesInput } from "../../src/events/messages/exchange.ts";
import { MessageType, type Message } from "../../src/events/messages/message.ts";
import { PRIORITIES, type Priority } from "../../src/events/priority.ts";
import { inboxMachine } from "../../src/machines/messages/inbox.ts";
import { messagesMachine } from "../../src/machines/messages/messages.ts";
import { objection } from "../../src/machines/messages/objection.ts";
import { entries } from "../../src/machines/sorted.ts";

const NAMES = ["ada", "bob", "cleo", "dan"] as const;

/** An exchange and its inboxes, with what the host does between them. */
function played(agents: readonly string[] = []) {
  const inboxes = new Map<string, ReturnType<typeof inboxOf>>();
  const shared: unknown[] = [];
  const inboxOf = (agent: string) => createActor(inboxMachine, { input: { agent } }).start();
  const owed: (() => void)[] = []; // done behind the step, as a host does
  const machine = messagesMachine.provide({
    actions: {
      startActor: (_, { id }) =>
        void owed.push(() => void (inboxes.has(id) || inboxes.set(id, inboxOf(id)))),
      sendToActor: (_, { to, event }) =>
        void owed.push(() => {
          if (to === "context/r1") shared.push(event);
          else inboxes.get(to.replace("inbox/r1:", ""))?.send(event as never); // the machine's own RECEIVE
        }),
    },
  });
  const perform = (): void => owed.splice(0).forEach((act) => act());
  const exchange = createActor(machine, { input: MessagesInput.parse({ run: "r1", agents }) });
  const facts: unknown[] = [];
  exchange.on("*", (fact) => facts.push(fact));
  exchange.start();
  perform();
  const tell = (event: MessagesCommand): void => {
    exchange.send(event);
    perform();
  };
  return {
    exchange,
    inboxes,
    shared,
    facts,
    tell,
    send: (command: object) => tell(MessagesCommand.parse(command)),
    against: (command: object) =>
      objection(exchange.getSnapshot().context, MessagesCommand.parse(command)),
    unread: (agent: string) => unreadOf(inboxes.get(agent)?.getSnapshot().context.unread),
  };
}

type Unread = ReturnType<typeof inboxMachine.transition>["context"]["unread"];

/** Ids in the order in which they are taken. */
function unreadOf(unread: Unread | undefined): readonly string[] {
  if (unread === undefined) return [];
  return PRIORITIES.flatMap((priority) => Array.from(entries(unread[priority]), ([, { id }]) => id));
}

const name = fc.constantFrom(...NAMES);
const type = fc.constantFrom<MessageType>("notification", "request", "state_update");
const letter = {
  from: name,
  to: fc.oneof(
    fc.array(name, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("everyone", "subscribers"),
  ),
  message: type,
  priority: fc.constantFrom(...PRIORITIES),
  payload: fc.nat(9),
};
const move = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant("JOIN"), agent: name }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("LEAVE"), agent: name }) },
  fc.record({
    type: fc.constantFrom("SUBSCRIBE", "UNSUBSCRIBE"),
    agent: name,
    types: fc.array(type, { minLength: 1, maxLength: 3 }),
  }),
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("SEND"), ...letter }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("SEND_ALL"),
      letters: fc.array(fc.record(letter), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("TAKE"), agent: name, pick: fc.nat(9) }) },
);

type Letter = Extract<MessagesCommand, { readonly type: "SEND_ALL" }>["letters"][number];

/** The same in plain code. */
class Model {
  readonly members = new Map<string, Set<string>>();
  readonly unread = new Map<string, { readonly id: string; readonly priority: Priority }[]>();
  sent = 0;

  do(command: MessagesCommand): void {
    switch (command.type) {
      case "JOIN":
        if (!this.members.has(command.agent)) this.members.set(command.agent, new Set());
        return;
      case "LEAVE":
        return void this.members.delete(command.agent);
      case "SUBSCRIBE":
        return command.types.forEach((one) => this.members.get(command.agent)?.add(one));
      case "UNSUBSCRIBE":
        return command.types.forEach((one) => this.members.get(command.agent)?.delete(one));
      case "SEND":
        return this.#send(command);
      case "SEND_ALL":
        return command.letters.forEach((one) => this.#send(one));
      case "HANDOFF":
    }
  }

  knows(command: MessagesCommand): boolean {
    if (command.type === "JOIN") return true;
    if (command.type === "SEND_ALL") return command.letters.every((one) => this.#knowsAll(one));
    if (command.type !== "SEND" && command.type !== "HANDOFF") return this.members.has(command.agent);
    return this.#knowsAll(command);
  }

  #knowsAll({ from, to }: { readonly from: string; readonly to: string | readonly string[] }): boolean {
    return [from, ...(typeof to === "string" ? [] : to)].every((one) => this.members.has(one));
  }

  #send({ from, to, message, priority }: Letter): void {
    const id = `m${++this.sent}`;
    for (const [agent, types] of this.members) {
      const chosen = to === "everyone" || (to === "subscribers" && types.has(message));
      if (typeof to === "string" ? chosen && agent !== from : to.includes(agent))
        this.unread.set(agent, [...(this.unread.get(agent) ?? []), { id, priority }]);
    }
  }

  order(agent: string): readonly string[] {
    const waiting = this.unread.get(agent) ?? [];
    return PRIORITIES.flatMap((rank) => waiting.filter(({ priority }) => priority === rank)).map(
      ({ id }) => id,
    );
  }

  take(agent: string, id: string): void {
    this.unread.set(
      agent,
      (this.unread.get(agent) ?? []).filter((one) => one.id !== id),
    );
  }
}

describe("the exchange of a run and its inboxes", () => {
  test.prop({ moves: fc.array(move, { maxLength: 60 }) }, { numRuns: 200 })(
    "for every history, each message is unread once for exactly its addressees, the most urgent first, else in order",
    ({ moves }) => {
      const { send, against, inboxes, unread } = played();
      const model = new Model();
      for (const one of moves) {
        if (one.type === "TAKE" && "pick" in one) {
          const id = unread(one.agent)[one.pick];
          if (id === undefined) continue;
          inboxes.get(one.agent)?.send({ type: "TAKE", ids: [id] });
          model.take(one.agent, id);
        } else {
          const command = MessagesCommand.parse(one);
          const known = model.knows(command);
          expect(against(one) === undefined).toBe(known);
          send(one);
          if (known) model.do(command);
        }
        for (const agent of NAMES) expect(unread(agent)).toEqual(model.order(agent));
      }
    },
  );

  it("S4-034: takes the urgent before the high, the normal and the low, and each of them in order", () => {
    const { send, unread } = played(["a", "b"]);
    for (const priority of ["LOW", "NORMAL", "URGENT", "HIGH", "LOW", "URGENT"])
      send({ type: "SEND", from: "a", to: ["b"], message: "notification", priority });
    expect(unread("b")).toEqual(["m3", "m6", "m4", "m2", "m1", "m5"]);
  });

  it.each(MessageType.options)("S4-033: carries %s to whoever subscribed to it", (message) => {
    const { send, unread } = played(["a", "b", "c"]);
    send({ type: "SUBSCRIBE", agent: "b", types: [message] });
    send({ type: "SEND", from: "a", to: "subscribers", message });
    expect([unread("a"), unread("b"), unread("c")]).toEqual([[], ["m1"], []]);
  });

  it("lets whoever joins again find what it left unread", () => {
    const { send, unread, inboxes } = played(["a", "b"]);
    send({ type: "SEND", from: "a", to: ["b"], message: "request" });
    send({ type: "LEAVE", agent: "b" });
    send({ type: "SEND", from: "a", to: "everyone", message: "request" });
    send({ type: "JOIN", agent: "b" });
    send({ type: "SEND", from: "a", to: "everyone", message: "request" });
    expect(unread("b")).toEqual(["m1", "m3"]);
    expect(inboxes.size).toBe(2);
  });

  it("says nothing where nothing changes", () => {
    const { send, facts } = played(["a"]);
    send({ type: "SUBSCRIBE", agent: "a", types: ["error", "error"] });
    facts.length = 0;
    send({ type: "JOIN", agent: "a" });
    send({ type: "SUBSCRIBE", agent: "a", types: ["error"] });
    send({ type: "UNSUBSCRIBE", agent: "a", types: ["request"] });
    expect(facts).toEqual([]);
  });

  it("hands a result off to the shared context and to the other agent", () => {
    const { send, shared, inboxes } = played(["coder", "tester"]);
    send({ type: "HANDOFF", from: "coder", to: "tester", result: { ok: 1 }, artifacts: ["a.md"] });
    expect(shared).toEqual([{ type: "SET", key: "coder_result", value: { ok: 1 }, by: "coder" }]);
    const [message] = messagesIn(inboxes.get("tester")?.getSnapshot().context.unread.HIGH);
    expect(message).toMatchObject({
      id: "m1",
      from: "coder",
      to: ["tester"],
      type: "result_handoff",
      priority: "HIGH",
      payload: { ok: 1 },
      artifacts: ["a.md"],
    });
  });

  it("takes what the shared context announces, which is no agent", () => {
    const { tell, unread } = played(["a", "b"]);
    const message = { message: "state_update", priority: "NORMAL", payload: "plan" } as const;
    tell({ type: "SEND", from: "context", to: "everyone", ...message });
    expect([unread("a"), unread("b")]).toEqual([["m1"], ["m1"]]);
    expect(MessagesCommand.safeParse({ type: "JOIN", agent: "context" }).success).toBe(false);
  });

  it("does nothing that it objects to, whoever asks", () => {
    const { send, facts, unread, exchange } = played(["a", "b"]);
    const before = exchange.getSnapshot().context;
    facts.length = 0;
    const message = "request";
    send({ type: "SEND", from: "a", to: ["b", "x"], message });
    send({ type: "SEND", from: "x", to: ["b"], message });
    send({ type: "SEND", from: "a", to: ["b"], message, replyTo: "m1" });
    send({ type: "SEND", from: "a", to: ["b"], message, payload: "x".repeat(262_143) });
    send({ type: "HANDOFF", from: "a", to: "x", result: 1 });
    send({ type: "LEAVE", agent: "x" });
    expect(exchange.getSnapshot().context).toEqual(before);
    expect([facts, unread("b")]).toEqual([[], []]);
  });
});

describe("what an exchange objects to", () => {
  const { against } = played(["coder", "tester"]);
  const send = { type: "SEND", from: "coder", to: ["tester"], message: "request" };

  it("names the agent, those who have joined, and the one that was meant", () => {
    expect(against({ ...send, to: ["testr"] })).toEqual({
      code: "RECIPIENT_UNKNOWN",
      message: 'no agent "testr" has joined (joined: coder, tester)',
      hint: 'Did you mean "tester"?',
      data: { agent: "testr", members: ["coder", "tester"], nearest: "tester" },
    });
    expect(played().against({ type: "LEAVE", agent: "x" })?.message).toContain("(joined: nobody)");
  });

  it("names the size and the limit of a payload", () => {
    expect(against({ ...send, payload: "é".repeat(131_072) })).toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
      data: { bytes: 262_146, limit: 262_144 },
    });
    expect(against({ ...send, payload: "é".repeat(131_071) })).toBeUndefined();
  });

  it("a reply to what was never sent", () => {
    expect(against({ ...send, replyTo: "m7" })).toMatchObject({
      code: "MESSAGE_UNKNOWN",
      data: { ids: ["m7"] },
    });
  });
});

function messagesIn(waiting: Unread[Priority] | undefined): readonly Message[] {
  return waiting === undefined ? [] : Array.from(entries(waiting), ([, message]) => message);
}
