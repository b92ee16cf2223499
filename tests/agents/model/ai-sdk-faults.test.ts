/** What becomes of a call where the server behaves badly, or the caller leaves. */
import { describe, expect, it } from "vitest";
import { modelError } from "../../../src/agents/model/ai-sdk-errors.ts";
import { TroupeError } from "../../../src/errors.ts";
import { chatContext } from "../../support/chat.ts";
import { asking, openaiBench } from "../../support/openai-bench.ts";
import { failed, type Answerer, type Refused, type Said } from "../../support/openai-server.ts";

/** The error of a call to a server that answers so. */
async function faultOf(answer: Answerer | Said | Refused): Promise<TroupeError> {
  await using it = await openaiBench(answer);
  const thrown: unknown = await it.model.chat(asking, chatContext()).catch((error: unknown) => error);
  if (!TroupeError.is(thrown)) throw new Error("it was answered", { cause: thrown });
  return thrown;
}

describe("bad behaviour of a server", () => {
  it.each([
    ["retry-after-ms", { "retry-after-ms": "1500" }, 1500],
    ["retry-after in seconds", { "retry-after": "7" }, 7000],
    ["a date that is past", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    ["nothing", {}, undefined],
  ])("429 with %s is MODEL_RATE_LIMITED", async (_name, headers, retryAfterMs) => {
    const fault = await faultOf({ status: 429, headers, body: failed("slow down") });
    expect(fault.code).toBe("MODEL_RATE_LIMITED");
    expect(fault.data["retryAfterMs"]).toBe(retryAfterMs);
  });

  it("429 with a date that is to come is MODEL_RATE_LIMITED until then", () => {
    const headers = { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" };
    const error = Object.assign(new Error("slow down"), { statusCode: 429, responseHeaders: headers });
    const now = (): number => Date.UTC(2015, 9, 21, 7, 27, 30);
    const fault = modelError(error, { model: "m", secrets: [], now });
    expect(fault.data["retryAfterMs"]).toBe(30_000);
  });

  it.each([
    ["rate_limit_error", "MODEL_RATE_LIMITED"],
    ["overloaded_error", "MODEL_UNAVAILABLE"],
    ["invalid_request_error", "MODEL_FAILED"],
  ])("%s in the middle of a stream is %s, without any status", (type, code) => {
    const error = Object.assign(new Error("no"), { name: "AI_StreamProviderError", type });
    expect(modelError(error, { model: "m", secrets: [], now: Date.now }).code).toBe(code);
  });

  it.each([
    [{ status: 500, body: failed("boom") }, "MODEL_UNAVAILABLE"],
    [{ status: 503, body: "<html>down</html>" }, "MODEL_UNAVAILABLE"],
    [{ status: 529, body: failed("overloaded") }, "MODEL_UNAVAILABLE"],
    [{ status: 400, body: failed("bad") }, "MODEL_FAILED"],
    [{ status: 401, body: failed("bad key") }, "MODEL_FAILED"],
    [{ status: 404, body: failed("no model") }, "MODEL_FAILED"],
    [{ status: 429, body: failed("no money", "insufficient_quota") }, "MODEL_FAILED"],
    [{ status: 200, body: "<html>hello</html>" }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], ends: "cut" }, "MODEL_CUT_OFF"],
    [{ ends: "cut" }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], finish: null }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], ends: "garbage" }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], ends: { error: { message: "Overloaded", code: 503 } } }, "MODEL_UNAVAILABLE"],
    [{ ends: { error: { message: "too long", code: "context_length_exceeded" } } }, "MODEL_FAILED"],
  ] as const)("%j is %s", async (answer, code) => {
    const fault = await faultOf(answer);
    expect({ code: fault.code, hint: fault.hint }).toEqual({ code, hint: expect.any(String) });
  });

  it("a server that is not there is MODEL_UNAVAILABLE", async () => {
    const gone = await openaiBench({ chunks: [] });
    await gone[Symbol.asyncDispose]();
    const asked = gone.model.chat(asking, chatContext());
    await expect(asked).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE" });
  });

  it("S2: no error tells of the key, the headers or the request", async () => {
    const prompt = "the planted prompt";
    const messages = [{ role: "user" as const, text: prompt }];
    for (const status of [400, 401, 429, 500]) {
      await using it = await openaiBench((_request, { headers }) => ({
        status,
        body: failed(`wrong key ${headers.authorization ?? ""}, nor is sk-somebody-elses-key one`),
      }));
      const thrown: unknown = await it.model
        .chat({ ...asking, messages }, chatContext())
        .catch((error: unknown) => error);
      if (!TroupeError.is(thrown)) throw new Error("it was answered");
      const told = `${thrown.message} ${thrown.hint} ${JSON.stringify(thrown.data)} ${thrown.stack}`;
      expect(thrown.message).toContain("[redacted]");
      expect(thrown.cause).toBeUndefined();
      for (const secret of ["planted-secret", "somebody-elses", "Bearer", prompt])
        expect(told).not.toContain(secret);
    }
  });
});

describe("an abort", () => {
  it.each([
    ["before the first byte", () => "hang" as const],
    ["in the middle", () => ({ chunks: ["Hel"], ends: "hang" as const })],
  ])("%s closes the connection, and rejects with the signal's reason", async (_name, answer) => {
    const stop = new AbortController();
    const reason = new Error("the user left");
    const arrived = Promise.withResolvers<void>();
    await using it = await openaiBench(() => {
      arrived.resolve();
      return answer();
    });
    const heard = Promise.withResolvers<void>();
    const asked = it.model.chat(
      asking,
      chatContext("k1", { signal: stop.signal, onText: () => heard.resolve() }),
    );
    const thrown = asked.catch((error: unknown) => error);
    await arrived.promise;
    if (answer() !== "hang") await heard.promise;
    stop.abort(reason);
    expect(await thrown).toBe(reason);
    await it.server.hungUp();
  });

  it("before the call asks nothing", async () => {
    await using it = await openaiBench({ chunks: ["no"] });
    const signal = AbortSignal.abort("gone");
    await expect(it.model.chat(asking, chatContext("k1", { signal }))).rejects.toBe("gone");
    expect(it.server.requests).toEqual([]);
  });

  it("comes from a listener that throws, too", async () => {
    await using it = await openaiBench({ chunks: ["Hel"], ends: "hang" });
    const fault = new Error("no room");
    const onText = (): never => {
      throw fault;
    };
    await expect(it.model.chat(asking, chatContext("k1", { onText }))).rejects.toBe(fault);
    await it.server.hungUp();
  });
});
