/**
 * Bodies on their way into and out of an engine: strict JSON (L7), the codec, and the
 * reference in place of a body over the limit (L8). Pure: the engine stores what it is given.
 */
import { createHash } from "node:crypto";
import { TroupeError } from "../../errors.ts";
import { assertJson, type Json, type JsonObject } from "../json.ts";
import type { Codec, LogOptions } from "./log.ts";

/** Default limit of a body that stands in the record itself, in bytes. */
const PAYLOAD_LIMIT = 262_144;

const identity: Codec = { encode: (payload) => payload, decode: (payload) => payload };

/** A body as an engine stores it: inline bytes, or the hash of bytes that are stored apart. */
export interface Sealed {
  /** Encoded bytes: of the record itself, or of the payload where `ref` is set. */
  readonly data: Uint8Array;
  /** `sha256:<hex>` of the plain bytes, where they go to the payload store. */
  readonly ref?: string;
}

export interface Sealer {
  /** @throws {@link TroupeError} `JSON_INVALID` with the path of what JSON cannot hold. */
  seal(body: JsonObject): Sealed;
  /** Encodes a snapshot, a command or an answer: never referenced. `place` starts the path in the error. */
  sealInline(data: Json, place?: string): Uint8Array;
  /** @throws {@link TroupeError} `LOG_CORRUPT` if the bytes are not what was sealed. */
  unseal(data: Uint8Array, ref?: string): JsonObject;
  unsealInline(data: Uint8Array): Json;
}

/** Makes the sealer of one log. */
export function sealer({ codec = identity, payloadLimit = PAYLOAD_LIMIT }: LogOptions = {}): Sealer {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const readable = <T>(what: string, decode: () => T): T => {
    try {
      return decode();
    } catch (cause) {
      throw corrupt(`${what} is not readable`, cause);
    }
  };
  const parse = (data: Uint8Array, ref?: string): unknown => {
    const plain = codec.decode(data);
    if (ref !== undefined && hashOf(plain) !== ref) throw new Error(`its hash is not ${ref}`);
    return JSON.parse(decoder.decode(plain));
  };
  return {
    seal(body) {
      assertJson(body, "body");
      const plain = Buffer.from(JSON.stringify(body));
      if (plain.byteLength <= payloadLimit) return { data: codec.encode(plain) };
      return { data: codec.encode(plain), ref: hashOf(plain) };
    },
    sealInline(data, place = "snapshot") {
      assertJson(data, place);
      return codec.encode(Buffer.from(JSON.stringify(data)));
    },
    unseal(data, ref) {
      const body = readable("a record's body", () => parse(data, ref));
      if (!isObject(body)) throw corrupt("a record's body is not an object");
      return body;
    },
    unsealInline(data) {
      const value = readable("a snapshot or command", () => parse(data));
      assertJson(value);
      return value;
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function corrupt(message: string, cause?: unknown): TroupeError {
  return new TroupeError("LOG_CORRUPT", message, {
    hint: "Run `troupe doctor` on this log, and check that it is opened with the codec it was written with.",
    cause,
  });
}
