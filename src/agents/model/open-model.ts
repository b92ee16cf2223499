/**
 * Models by what users write: in a plan, a definition of an agent, or behind `--model`.
 *
 * - What is not needed is not imported: a scripted model runs without any package.
 * - A server that a URL names gets a key only where the caller says which: never one that is
 *   there for somebody else.
 */
import type { LanguageModel } from "ai";
import { TroupeError } from "../../errors.ts";
import { entryOf } from "../../events/entry.ts";
import type { JsonObject } from "../../events/json.ts";
import { isRecord } from "../../events/plan/fault.ts";
import { secretsOf } from "../../events/secrets.ts";
import { aiSdkModel } from "./ai-sdk.ts";
import type { ChatModel } from "./model.ts";
import { importPackage, optional, type Import } from "./package.ts";
import { replayModel } from "./replay.ts";
import { scriptedModel } from "./scripted.ts";
import { priced, type Price } from "./usage.ts";

export interface OpenModelOptions {
  /** What a call costs; without it, usage says nothing of money. */
  readonly price?: Price | undefined;
  /** The environment variable with the key for the server of a URL. Default none: no key is sent. */
  readonly apiKeyEnv?: string | undefined;
  /** For the provider alone, by its name: `{ openai: { reasoningEffort: "low" } }`. */
  readonly providerOptions?: Readonly<Record<string, JsonObject>> | undefined;
  /** Default the process's environment; providers of the AI SDK read that one, whatever is given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Imports the package of a provider. Default `import`. */
  readonly load?: Import | undefined;
}

/**
 * A model by its name: `scripted:FILE`, `replay:FILE`, `PROVIDER:MODEL` for a provider of the AI
 * SDK (`openai:gpt-5` needs the packages `ai` and `@ai-sdk/openai`), or the URL of a server that
 * speaks as OpenAI does, with the model behind `#`: `http://127.0.0.1:11434/v1#llama3`.
 *
 * @throws {@link TroupeError} `MODEL_UNKNOWN`, `PACKAGE_MISSING`, `SCRIPT_INVALID`,
 * `RECORDING_INVALID`.
 */
export async function openModel(spec: string, options: OpenModelOptions = {}): Promise<ChatModel> {
  if (/^https?:\/\//i.test(spec)) return ofServer(spec, options);
  const [, scheme = "", rest = ""] = /^([^:]*):(.*)$/s.exec(spec) ?? [];
  if (scheme === "" || rest.trim() === "") throw unknown(spec, "it names no model");
  const ofFile = entryOf(FILES, scheme);
  if (ofFile !== undefined) return ofFile(rest, options);
  if (!/^[a-z0-9-]+$/.test(scheme)) throw unknown(spec, `"${scheme}" is no name of a provider`);
  return ofProvider({ spec, provider: scheme, model: rest }, options);
}

/** What is in a file; a replay keeps the prices that were recorded. */
const FILES: Readonly<Record<string, (file: string, options: OpenModelOptions) => ChatModel>> = {
  scripted: (file, { price }) => priced(scriptedModel(file), price),
  replay: (file) => replayModel(file),
};

interface ProvidedModel {
  readonly spec: string;
  readonly provider: string;
  readonly model: string;
}

async function ofProvider(
  { spec, provider, model }: ProvidedModel,
  options: OpenModelOptions,
): Promise<ChatModel> {
  const { load = importPackage, price, providerOptions, env = process.env } = options;
  const name = `@ai-sdk/${provider}`;
  const found = await optional(name, `models such as "${spec}"`, () => load(name));
  const languageModel = providerIn(found, provider)?.languageModel(model);
  if (!isLanguageModel(languageModel))
    throw unknown(spec, `the package "${name}" provides no language models by name`);
  return aiSdkModel(languageModel, { name: spec, price, providerOptions, secrets: secretsOf(env) });
}

async function ofServer(spec: string, options: OpenModelOptions): Promise<ChatModel> {
  const { price, providerOptions, env = process.env } = options;
  const { baseURL, model } = serverOf(spec);
  const apiKey = keyOf(options);
  const name = "@ai-sdk/openai-compatible";
  const { createOpenAICompatible } = await optional(
    name,
    "servers that speak as OpenAI does",
    () => import("@ai-sdk/openai-compatible"),
  );
  const provider = createOpenAICompatible({
    name: "openaiCompatible",
    baseURL,
    ...(apiKey === undefined ? {} : { apiKey }),
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const secrets = [...secretsOf(env), ...(apiKey === undefined ? [] : [apiKey])];
  return aiSdkModel(provider.languageModel(model), { name: spec, price, providerOptions, secrets });
}

function serverOf(spec: string): { readonly baseURL: string; readonly model: string } {
  const at = spec.indexOf("#");
  const model = at < 0 ? "" : spec.slice(at + 1);
  const url = URL.parse(at < 0 ? spec : spec.slice(0, at));
  // nothing that may be a secret is repeated
  if (url === null) throw unknown("http…", "it is no URL");
  if (url.username !== "" || url.password !== "" || url.search !== "")
    throw unknown(`${url.origin}…`, "its URL holds a user, a password or a query", {
      hint: "Put the key into an environment variable, and name that in the option `apiKeyEnv`.",
    });
  if (model === "")
    throw unknown(spec, "it names no model", {
      hint: `Put the model behind "#": ${url.origin}${url.pathname}#llama3.`,
    });
  return { baseURL: url.href, model };
}

function keyOf({ apiKeyEnv, env = process.env }: OpenModelOptions): string | undefined {
  if (apiKeyEnv === undefined) return undefined;
  const key = env[apiKeyEnv];
  if (key !== undefined && key !== "") return key;
  throw new TroupeError("MODEL_FAILED", `the environment variable "${apiKeyEnv}" is not set`, {
    hint: "Set it to the key of the model's server, or name no variable where none is needed.",
    data: { variable: apiKeyEnv },
  });
}

interface Provider {
  readonly languageModel: (model: string) => unknown;
}

/** A package's ready-made provider: by its name in camel case, or whichever it has. */
function providerIn(found: unknown, name: string): Provider | undefined {
  if (!isRecord(found)) return undefined;
  const camel = name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return [found[camel], ...Object.values(found)].find(isProvider);
}

function isProvider(value: unknown): value is Provider {
  const holds = typeof value === "function" || isRecord(value);
  return holds && typeof Reflect.get(value, "languageModel") === "function";
}

function isLanguageModel(value: unknown): value is LanguageModel {
  return isRecord(value) && "specificationVersion" in value && typeof value["modelId"] === "string";
}

function unknown(spec: string, why: string, { hint = ALLOWED } = {}): TroupeError {
  return new TroupeError("MODEL_UNKNOWN", `the model "${spec}" is unknown: ${why}`, {
    hint,
    data: { model: spec },
  });
}

const ALLOWED =
  "Write scripted:FILE, replay:FILE, PROVIDER:MODEL such as openai:gpt-5 or anthropic:claude-sonnet-4-5, or the URL of a server with the model behind it: http://127.0.0.1:11434/v1#llama3.";
