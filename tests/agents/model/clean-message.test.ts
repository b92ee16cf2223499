/** What a model said is recorded without secrets, wherever they stand. */
import { expect, it } from "vitest";
import { cleanMessage } from "../../../src/agents/model/clean-message.ts";
import { assistant } from "../../support/chat.ts";

const secrets = ["planted-secret"];

it("S2: text and calls are redacted", () => {
  const calls = [{ id: "c1", name: "run", input: { key: "planted-secret", n: 1 } }];
  const message = { ...assistant("it is planted-secret"), calls };
  expect(cleanMessage(message, secrets)).toEqual({
    role: "assistant",
    text: "it is [redacted]",
    calls: [{ id: "c1", name: "run", input: { key: "[redacted]", n: 1 } }],
  });
});

it("S2: what only its provider understands goes as a whole where it holds a secret", () => {
  const provider = { sdk: "ai", from: "x", parts: [{ type: "reasoning", text: "planted-secret?" }] };
  expect(cleanMessage({ ...assistant("hi"), provider }, secrets)).toEqual(assistant("hi"));
  const signed = { ...assistant("hi"), provider };
  expect(cleanMessage(signed, ["another-secret"])).toEqual(signed);
});
