/** S1: no text from outside, wherever it ends up in a record, can stop the host. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { openKind } from "../support/laws-kinds.ts";

interface Loose {
  start(address: string, options?: object): Promise<unknown>;
  actor(address: string): {
    send(event: unknown, options?: object): Promise<unknown>;
    stop(options?: object): Promise<unknown>;
  };
}

/** `[[[…]]]`. */
const deep = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

describe.each(EVERY_ENGINE)("hostile words, on $name", ({ bench }) => {
  it.each<[string, (host: Loose) => Promise<unknown>]>([
    ["an empty event type", (host) => host.actor("open/o").send({ type: "" })],
    ["a control character in an event type", (host) => host.actor("open/o").send({ type: "a\nb" })],
    ["half a surrogate in an event type", (host) => host.actor("open/o").send({ type: "a\ud800" })],
    ["half a surrogate in data", (host) => host.actor("open/o").send({ type: "A", text: "\ud800" })],
    ["the wildcard as event type", (host) => host.actor("open/o").send({ type: "*" })],
    ["an empty command id", (host) => host.actor("open/o").send({ type: "A" }, { id: "" })],
    [
      "a control character in a command id",
      (host) => host.actor("open/o").send({ type: "A" }, { id: "a\0b" }),
    ],
    ["a control character in a stop's id", (host) => host.actor("open/o").stop({ id: "a\tb" })],
    ["a broken trace", (host) => host.actor("open/o").send({ type: "A" }, { trace: "\n" })],
    ["an empty trace", (host) => host.actor("open/o").send({ type: "A" }, { trace: "" })],
    ["an empty correlation", (host) => host.start("open/p", { correlation: "" })],
    ["a control character in a correlation", (host) => host.start("open/p", { correlation: "\u0007" })],
    [
      "a huge command id",
      (host) => host.actor("open/o").send({ type: "A" }, { id: "i".repeat(100_000) }),
    ],
    ["a huge stop's id", (host) => host.actor("open/o").stop({ id: "i".repeat(100_000) })],
    ["a huge event type", (host) => host.actor("open/o").send({ type: "t".repeat(100_000) })],
    [
      "an event type that no subject holds",
      (host) => host.actor("open/o").send({ type: "é".repeat(900) }),
    ],
    [
      "a huge trace",
      (host) => host.actor("open/o").send({ type: "A" }, { trace: "t".repeat(100_000) }),
    ],
    ["a huge correlation", (host) => host.start("open/p", { correlation: "c".repeat(100_000) })],
    ["data of 3,000 levels", (host) => host.actor("open/o").send({ type: "A", data: deep(3_000) })],
    [
      "keys that are no keys",
      (host) => host.actor("open/o").send(JSON.parse('{"type":"A","__proto__":{"x":1}}')),
    ],
  ])("S1: %s is refused or taken, and the host goes on", async (_, act) => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const open = await host.start("open/o");
    const refused: unknown = await act(host as unknown as Loose).catch((error: unknown) => error);
    await b.settle();
    expect(host.failed.aborted).toBe(false);
    expect(await host.parked()).toEqual([]);
    const hint = TroupeError.is(refused) ? refused.hint : "taken";
    expect(hint).toEqual(expect.any(String));
    await open.send({ type: "STILL_HERE" }).catch(() => {});
    expect(await b.types("open/o")).not.toHaveLength(1);
    await host[Symbol.asyncDispose]();
    const next = await b.start([openKind()]);
    await next.host.start("open/q");
    expect(await next.host.parked()).toEqual([]);
  });

  it.each([
    "open/",
    "open/a b",
    "open/../x",
    "nobody/x",
    "open",
    "",
    "open/a:b:",
    `open/${"x".repeat(600)}`,
  ])("S1: the address %j is refused by start, send and read", async (address) => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const loose = host as unknown as Loose;
    const codes = /ADDRESS_INVALID|KIND_UNKNOWN/;
    await expect(loose.start(address)).rejects.toMatchObject({
      code: expect.stringMatching(codes) as string,
    });
    expect(() => loose.actor(address)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(codes) as string }),
    );
    expect(host.failed.aborted).toBe(false);
  });
});
