/** A name that is to stand in addresses must be fit for one, or nothing starts. */
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { hostKinds } from "../../src/agents/host-kinds.ts";
import { parseAddress } from "../../src/events/address.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { inputOf } from "../../src/testing/index.ts";

const kinds = new Map(hostKinds().map((kind) => [kind.kind as string, kind]));

/** Where each kind's input says a name, and the address that is made of it. */
const NAMED: Readonly<
  Record<string, readonly [path: readonly string[], address: (name: string) => string]>
> = {
  agent: [["work", "run"], (run) => `agent/${run}`],
  budget: [["run"], (run) => `budget/${run}:run`],
  context: [["run"], (run) => `context/${run}`],
  feedback: [["run"], (run) => `feedback/${run}`],
  memory: [["name"], (name) => `memory/${name}`],
  messages: [["run"], (run) => `messages/${run}`],
  queue: [["name"], (name) => `queue/${name}`],
};

const name = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.string({ unit: fc.constantFrom("a", "-", "~", "2", "0", ":", "/"), maxLength: 6 }),
  fc.constantFrom("r", "r~2", "r~1", "a".repeat(256), "a".repeat(257), "r\n"),
);

function isId(text: string): boolean {
  if (text.length > 256) return false;
  try {
    return parseAddress(`any/${text}`).path.length === 0;
  } catch {
    return false;
  }
}

describe.each(Object.entries(NAMED))("%s", (of, [path, address]) => {
  const kind = kinds.get(of);
  if (kind?.input === undefined) throw new Error(`there is no kind "${of}" with an input`);
  const { input: schema } = kind;

  test.prop({ input: inputOf(kind), text: name }, { numRuns: 30 })(
    "starts with an id, and with nothing else",
    ({ input, text }) => {
      const parsed = schema.safeParse(withName(input, path, text));
      expect(parsed.success).toBe(isId(text));
      if (parsed.success) expect(() => parseAddress(address(text))).not.toThrow();
      else expect(parsed.error.issues).toMatchObject([{ path: [...path] }]);
    },
  );
});

it("start says which name is none, and nothing is written", async () => {
  await using log = memoryLog();
  await using host = await createHost({ kinds: hostKinds(), log });
  const started = host.start("context/r1", { input: { run: "my run" } } as never);
  await expect(started).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining('"my run" is not an id: use letters'),
  });
  expect(await log.tip("context/r1")).toBe(0);
});

function withName(input: unknown, [key = "", ...rest]: readonly string[], text: string): object {
  const object = Object(input) as Readonly<Record<string, unknown>>; // drawn from the kind's schema
  return { ...object, [key]: rest.length === 0 ? text : withName(object[key], rest, text) };
}
