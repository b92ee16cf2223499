/**
 * The headers of a record are a CloudEvent: version 1.0, binary mode of the NATS binding. What
 * the rules are is written here in the words of the specification, not in those of the code.
 */
import { fc, test } from "@fast-check/vitest";
import { headers } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { fitText, textFault } from "../../src/events/log/admit.ts";
import { toEnvelope, toMessage, type Outgoing } from "../../src/events/log/jetstream/message.ts";
import type { LogOptions, NewRecord } from "../../src/events/log/log.ts";
import { sealer } from "../../src/events/log/payload.ts";

const LOG = { name: "log", partitions: 1 };

/** Any text that may stand around a body. */
const text = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 30 }),
    fc.string({
      unit: fc.constantFrom(" ", '"', "%", "\\", "%41", "é", "€", "😀", ".", ":", "a"),
      minLength: 1,
      maxLength: 12,
    }),
  )
  .filter((t) => textFault(t) === undefined);

const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}(~[1-9])?$/);
const address = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), fc.array(part, { minLength: 1, maxLength: 3 }))
  .map(([kind, path]) => `${kind}/${path.join(":")}`);

const record: fc.Arbitrary<NewRecord> = fc.record(
  {
    id: text,
    type: text,
    at: fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
    correlation: text,
    cause: text,
    trace: text,
    body: fc.constant({}),
  },
  { requiredKeys: ["id", "type", "at", "correlation", "body"] },
);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/; // RFC 3339, section 5.6

// RFC 3986: a segment's characters; a relative reference does not begin with a segment that has a colon
const PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})";
const RELATIVE = new RegExp(`^(?!:)[^:/?#]+(/${PCHAR}*)*$`);
const URI = new RegExp(`^[A-Za-z][A-Za-z0-9+.-]*:${PCHAR}+$`);

/** The attributes of a message, as a tool reads them that knows the specification only. */
function attributes({ headers: head }: Outgoing): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, values] of head) {
    expect(values).toHaveLength(1);
    for (const value of values) {
      expect(value).toMatch(/^[\x21\x23-\x7e]+$/); // printable, no space, no double quote
      expect(value.replace(/%[0-9A-F]{2}/g, "")).not.toContain("%");
      if (key.startsWith("ce-")) found.set(key.slice(3), decodeURIComponent(value));
    }
  }
  return found;
}

const outgoing = (stream: string, given: NewRecord, options: LogOptions = {}, seq = 7) => {
  const seals = sealer(options);
  const { mediaType } = seals;
  return toMessage(LOG, given, { stream, seq, sealed: seals.seal(given.body, { stream }), mediaType });
};

describe("a record as a CloudEvent", () => {
  test.prop({ record, address })("for every record, the attributes follow the rules", (given) => {
    const found = attributes(outgoing(given.address, given.record));
    for (const [name, value] of found) {
      expect(name).toMatch(/^[a-z0-9]{1,20}$/);
      expect(value).not.toMatch(/[\p{Cc}\p{Noncharacter_Code_Point}\p{Cs}]/u);
      expect(value).not.toBe("");
    }
    expect(found.get("specversion")).toBe("1.0");
    expect(found.get("id")).toBe(given.record.id);
    expect(found.get("type")).toBe(given.record.type);
    expect(found.get("source")).toMatch(RELATIVE);
    expect(found.get("time")).toMatch(TIME);
    expect(Date.parse(found.get("time") ?? "")).toBe(given.record.at);
    expect(found.get("datacontenttype")).toBe("application/json");
    expect(found.get("traceparent")).toBe(given.record.trace);
    expect(found.get("causationid")).toBe(given.record.cause);
    expect(found.has("data")).toBe(false);
  });

  test.prop({ record, address, seq: fc.integer({ min: 1 }) })(
    "for every record, what was written is read",
    ({ record: given, address: stream, seq }) => {
      const message = outgoing(stream, given, {}, seq);
      const { body: _, ...envelope } = given;
      expect(toEnvelope(LOG, { ...message, at: 1 })).toEqual({ ...envelope, stream, seq });
    },
  );

  it("refers to a payload that lies apart by a URI, and says that a codec made it unreadable", () => {
    const given = { ...fixed, body: { text: "x".repeat(100) } };
    const apart = attributes(outgoing("task/r1", given, { payloadLimit: 50 }));
    expect(apart.get("dataref")).toMatch(URI);
    expect(apart.get("datacontenttype")).toBe("application/json");
    const codec = {
      encode: (b: Uint8Array) => b.toReversed(),
      decode: (b: Uint8Array) => b.toReversed(),
    };
    const secret = attributes(outgoing("task/r1", given, { codec }));
    expect(secret.get("datacontenttype")).toBe("application/octet-stream");
  });

  it.each([253_402_300_800_000, -62_167_219_200_001, 8.64e15])(
    "is not made of a time that RFC 3339 has no form for: %d",
    (at) => {
      expect(() => outgoing("task/r1", { ...fixed, at })).toThrow(
        expect.toSatisfy((error) => TroupeError.is(error, "RECORD_INVALID")),
      );
    },
  );

  it.each([
    ["as it was written before other tools were thought of", {}],
    ["with names in capitals", { "Ce-Id": "a%20b", "CE-CORRELATIONID": "c" }],
    ["with a value in double quotes, in which some characters are escaped", { "ce-id": '"a\\ b"' }],
    ["with what need not be encoded, and small hexadecimal digits", { "ce-id": "%61%20%62" }],
  ])("is read %s", (_, changed) => {
    const head = headers();
    const old = {
      "ce-specversion": "1.0",
      "ce-id": "a%20b",
      "ce-source": "task/r1",
      "ce-type": "x",
      "ce-time": "2026-01-01T00:00:00.000Z",
      "ce-correlationid": "c",
      traceparent: "00-ab",
      "troupe-seq": "2",
    };
    const again = new Set(Object.keys(changed).map((key) => key.toLowerCase()));
    for (const [key, value] of Object.entries(old)) if (!again.has(key)) head.append(key, value);
    for (const [key, value] of Object.entries(changed)) head.append(key, value);
    const subject = "troupe.log.ev.0.task.r1.x";
    expect(toEnvelope(LOG, { subject, headers: head, data: new Uint8Array(), at: 1 })).toEqual({
      id: "a b",
      type: "x",
      at: Date.parse("2026-01-01"),
      correlation: "c",
      trace: "00-ab",
      stream: "task/r1",
      seq: 2,
    });
  });

  test.prop([fc.string({ unit: "binary" })])("any text can be made fit to be one of them", (any) => {
    expect(textFault(fitText(any))).toBeUndefined();
    if (textFault(any) === undefined) expect(fitText(any)).toBe(any);
  });
});

const fixed: NewRecord = { id: "a", type: "x", at: 0, correlation: "c", body: {} };
