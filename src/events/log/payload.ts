/**
 * Bodies on their way into and out of an engine: strict JSON (L7), the codec, and the
 * reference in place of a body over the limit (L8). Pure: the engine stores what it is given.
 */
import { createHash } from "node:crypto";
import { TroupeError } from "../../errors.ts";
import { assertJson, type Json, type JsonObject } from "../json.ts";
import { ERASED, isErasure, unlessErased } from "./erased.ts";
import type { Codec, LogOptions, PayloadOf } from "./log.ts";

/** Default limit of a body that stands in the record itself, in bytes. */
export const PAYLOAD_LIMIT = 262_144;

const identity: Codec = { encode: (payload) => payload, decode: (payload) => payload };

/** A body as an engine stores it: inline bytes, or the hash of bytes that are stored apart. */
export interface Sealed {
  /** Encoded bytes: of the record itself, or of the payload where `ref` is set. */
  readonly data: Uint8Array;
  /** `sha256:<hex>` of the plain bytes, where they go to the payload store. */
  readonly ref?: string;
}

export interface Sealer {
  /** Of what is sealed: `application/json`, unless a codec makes something else of it. */
  readonly mediaType: string;
  /** @throws {@link TroupeError} `JSON_INVALID` with the path of what JSON cannot hold; `RUN_ERASED`. */
  seal(body: JsonObject, of: PayloadOf): Sealed;
  /** Encodes a snapshot, a command or an answer: never referenced. `place` starts the path in the error. */
  sealInline(data: Json, place?: string, of?: PayloadOf): Uint8Array;
  /** Of an erased run: {@link ERASED}. @throws {@link TroupeError} `LOG_CORRUPT` if the bytes are not what was sealed. */
  unseal(data: Uint8Array, of: PayloadOf, ref?: string): JsonObject;
  unsealInline(data: Uint8Array): Json;
}

/** Makes the sealer of one log. */
export function sealer({ codec = identity, payloadLimit = PAYLOAD_LIMIT }: LogOptions = {}): Sealer {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const readable = <T>(what: string, decode: () => T): T => {
    try {
      return decode();
    } catch (cause) {
      if (TroupeError.is(cause, "RUN_ERASED")) throw cause;
      throw corrupt(`${what} is not readable`, cause);
    }
  };
  const parse = (data: Uint8Array): unknown => JSON.parse(decoder.decode(codec.decode(data)));
  const nameOf = (plain: Uint8Array, of: PayloadOf) => codec.nameOf?.(plain, of) ?? hashOf(plain);
  const parseBody = (data: Uint8Array, of: PayloadOf, ref?: string): unknown => {
    if (isErasure(data)) return ERASED;
    const plain = codec.decode(data);
    if (ref !== undefined && nameOf(plain, of) !== ref) throw new Error(`its hash is not ${ref}`);
    return JSON.parse(decoder.decode(plain));
  };
  return {
    mediaType: codec === identity ? "application/json" : "application/octet-stream",
    seal(body, of) {
      assertJson(body, "body");
      const plain = Buffer.from(JSON.stringify(body));
      if (isErasure(plain)) return { data: plain };
      const data = codec.encode(plain, of);
      return plain.byteLength <= payloadLimit ? { data } : { data, ref: nameOf(plain, of) };
    },
    sealInline(data, place = "snapshot", of) {
      assertJson(data, place);
      return codec.encode(Buffer.from(JSON.stringify(data)), of);
    },
    unseal(data, of, ref) {
      const body = unlessErased(() => readable("a record's body", () => parseBody(data, of, ref)));
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
    hint: "Run `troupe doctor` on this log, and check that it is opened with the codec it was written with (`?keys=FOLDER` in its URL, or `codec`).",
    cause,
  });
}
