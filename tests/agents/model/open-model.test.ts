/** Models by what users write, and what is said where that names none. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openModel, type OpenModelOptions } from "../../../src/agents/model/open-model.ts";
import { optional } from "../../../src/agents/model/package.ts";
import { TroupeError } from "../../../src/errors.ts";
import { chatContext, saying, user } from "../../support/chat.ts";
import { openAiServer } from "../../support/openai-server.ts";

async function faultOf(spec: string, options: OpenModelOptions = {}): Promise<TroupeError> {
  const thrown: unknown = await openModel(spec, options).catch((error: unknown) => error);
  if (TroupeError.is(thrown)) return thrown;
  throw new Error("it was opened", { cause: thrown });
}

/** A provider's package, as far as it is looked at. */
function providing(name: string): unknown {
  const languageModel = (modelId: string) => ({
    specificationVersion: "v4",
    provider: `${name}.chat`,
    modelId,
    supportedUrls: {},
    doStream: () => Promise.reject(new Error(`asked ${modelId}`)),
  });
  const provider = Object.assign(languageModel, { languageModel });
  return { VERSION: "1", createIt: () => provider, [name]: provider };
}

describe("a name that is no model", () => {
  it.each([
    ["", "it names no model"],
    ["gpt-5", "it names no model"],
    ["openai:", "it names no model"],
    [":gpt-5", "it names no model"],
    ["../evil:x", "is no name of a provider"],
    ["OpenAI:gpt-5", "is no name of a provider"],
    ["http://127.0.0.1:1/v1", "it names no model"],
    ["http://127.0.0.1:1/v1#", "it names no model"],
    ["http://#x", "it is no URL"],
  ])("%j is MODEL_UNKNOWN", async (spec, message) => {
    const fault = await faultOf(spec);
    expect(fault).toMatchObject({ code: "MODEL_UNKNOWN", message: expect.stringContaining(message) });
    expect(fault.hint).toMatch(/scripted:FILE|#llama3/);
  });

  it("S2: a URL with a key in it is refused, and not repeated", async () => {
    for (const spec of ["http://me:planted@h/v1#m", "http://h/v1?key=planted#m"]) {
      const fault = await faultOf(spec);
      expect(fault.code).toBe("MODEL_UNKNOWN");
      expect(`${fault.message} ${fault.hint} ${JSON.stringify(fault.data)}`).not.toContain("planted");
    }
  });

  it("a package that provides no models by name is MODEL_UNKNOWN", async () => {
    const fault = await faultOf("provider:x", { load: async () => ({ createIt: () => undefined }) });
    expect(fault.code).toBe("MODEL_UNKNOWN");
  });

  it("a provider that is not installed is PACKAGE_MISSING, with the line that installs it", async () => {
    expect(await faultOf("not-there:x")).toMatchObject({
      code: "PACKAGE_MISSING",
      hint: expect.stringContaining("npm install @ai-sdk/not-there"),
    });
  });

  it("a package that is there and fails is not called missing", async () => {
    const fault = new Error("it is broken");
    const broken = openModel("openai:x", { load: () => Promise.reject(fault) });
    await expect(broken).rejects.toBe(fault);
    const missing = (name: string) => () =>
      Promise.reject(
        Object.assign(new Error(`Cannot find package '${name}' imported from x`), {
          code: "ERR_MODULE_NOT_FOUND",
        }),
      );
    await expect(optional("a", "tests", missing("a"))).rejects.toMatchObject({
      code: "PACKAGE_MISSING",
    });
    await expect(optional("a", "tests", missing("what-a-needs"))).rejects.toMatchObject({
      code: "ERR_MODULE_NOT_FOUND",
    });
  });

  it("a variable for the key that is not set is told by its name", async () => {
    const fault = await faultOf("http://127.0.0.1:1/v1#m", { apiKeyEnv: "MY_KEY", env: {} });
    expect(fault.message).toContain('"MY_KEY" is not set');
  });
});

describe("a model of a provider", () => {
  it.each([
    ["openai:gpt-5", "openai"],
    ["amazon-bedrock:claude:v1", "amazonBedrock"],
    ["amazon-bedrock:claude:v1", "bedrock"],
  ])("%s is the model of the package's own provider, %s", async (spec, name) => {
    const asked: string[] = [];
    const load = async (wanted: string) => (asked.push(wanted), providing(name));
    const model = await openModel(spec, { load });
    expect(model.name).toBe(spec);
    expect(asked).toEqual([`@ai-sdk/${spec.split(":")[0]}`]);
    const [, id = ""] = /^[^:]*:(.*)$/.exec(spec) ?? [];
    await expect(model.chat(saying(user("x")), chatContext())).rejects.toMatchObject({
      code: "MODEL_FAILED",
      message: expect.stringContaining(`asked ${id}`),
    });
  });
});

describe("the server of a URL", () => {
  it("S2: gets no key that is there for somebody else", async () => {
    await using server = await openAiServer(() => ({ chunks: ["ok"] }));
    const env = { OPENAI_API_KEY: "sk-planted" };
    const model = await openModel(`${server.url}#m`, { env });
    await model.chat(saying(user("x")), chatContext());
    expect(server.headers().authorization).toBeUndefined();
  });

  it("is asked for any name of a model, and what it takes is priced", async () => {
    await using server = await openAiServer(() => ({ chunks: ["ok"], usage: { input: 8, output: 2 } }));
    const model = await openModel(`${server.url}#org/llama3:8b`, {
      price: ({ inputTokens, outputTokens }, name) =>
        name === "org/llama3:8b" ? inputTokens + 4 * outputTokens : 0,
    });
    const { usage } = await model.chat(saying(user("x")), chatContext());
    expect(usage).toEqual({ inputTokens: 8, outputTokens: 2, money: 16 });
    expect(server.requests[0]?.model).toBe("org/llama3:8b");
  });

  it.each([Number.NaN, -1])("has no price of %d", async (money) => {
    await using server = await openAiServer(() => ({ chunks: ["ok"] }));
    const model = await openModel(`${server.url}#m`, { price: () => money });
    const asked = model.chat(saying(user("x")), chatContext());
    await expect(asked).rejects.toMatchObject({ code: "MODEL_FAILED" });
  });
});

/** Runs a module in a process where the AI SDK cannot be found. */
async function withoutSdk(code: string): Promise<string> {
  const hooks = `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name !== "ai" && !name.startsWith("@ai-sdk/")) return next(name, context);
      const error = new Error("Cannot find package '" + name + "' imported from here");
      throw Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" });
    } });`;
  const preload = `data:text/javascript,${encodeURIComponent(hooks)}`;
  const args = ["--conditions=@troupe/source", "--import", preload, "--input-type=module", "-e", code];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

describe("without the AI SDK", () => {
  it("everything else works, and its models say what to install", async () => {
    const said = await withoutSdk(`
      const { aiSdkModel, openModel, scriptedModel } = await import("troupe");
      const request = { messages: [{ role: "user", text: "x" }], tools: [], maxOutputTokens: 9 };
      const context = { signal: new AbortController().signal, idempotencyKey: "k" };
      const scripted = scriptedModel({ answers: [{ text: "hello" }] });
      console.log((await scripted.chat(request, context)).message.text);
      for (const ask of [
        () => aiSdkModel("any/model").chat(request, context),
        () => openModel("http://127.0.0.1:1/v1#m"),
        () => openModel("openai:gpt-5"),
      ])
        await ask().catch(({ code, hint }) => console.log(code, hint));
    `);
    expect(said.split("\n")).toEqual([
      "hello",
      "PACKAGE_MISSING Run `npm install ai`, then try again.",
      "PACKAGE_MISSING Run `npm install @ai-sdk/openai-compatible`, then try again.",
      "PACKAGE_MISSING Run `npm install @ai-sdk/openai`, then try again.",
    ]);
  });
});
