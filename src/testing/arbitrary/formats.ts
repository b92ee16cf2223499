/** Texts of the formats that zod knows, where their pattern alone would not make them, or not small ones. */
import fc, { type Arbitrary } from "fast-check";
import type { Check } from "./checks.ts";

export interface Format extends Check {
  readonly format: string;
  readonly pattern?: RegExp;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly includes?: string;
  readonly version?: string;
  readonly offset?: boolean;
  readonly local?: boolean;
  readonly precision?: number | null;
}

type Make = (format: Format) => Arbitrary<string>;

const DAY_MS = 86_400_000;
/** 0001 to 9999, the present more often: epoch ms. */
const instants = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }), weight: 4 },
  { arbitrary: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), weight: 1 },
);
const isoOf = (at: number): string => new Date(at).toISOString();
const day: Make = () => instants.map((at) => isoOf(at).slice(0, 10));
const seconds = (time: string, { precision = null }: Format): string =>
  precision === -1 ? time.slice(0, 5) : precision === 0 ? time.slice(0, 8) : time;

const time: Make = (format) => {
  const { precision = null } = format;
  const digits = precision === null || precision < 1 ? 3 : precision;
  return fc.nat(DAY_MS - 1).map((at) => {
    const text = isoOf(at).slice(11, 23);
    return seconds(text.slice(0, 9) + text.slice(9).padEnd(digits, "0").slice(0, digits), format);
  });
};

const dateTime: Make = (format) => {
  const zones = ["Z", ...(format.offset === true ? ["+02:00", "-11:30"] : [])];
  if (format.local === true) zones.push("");
  return fc
    .tuple(day(format), time(format), fc.constantFrom(...zones))
    .map(([date, at, zone]) => `${date}T${at}${zone}`);
};

const duration: Make = () =>
  fc.oneof(
    fc.nat(99).map((weeks) => `P${weeks}W`),
    fc.tuple(fc.nat(99), fc.nat(99)).map(([days, hours]) => `P${days}DT${hours}H`),
  );

const base64Url: Make = () =>
  fc.base64String().map((text) => Buffer.from(text, "base64").toString("base64url"));

const jwt: Make = () =>
  fc.tuple(fc.nat(), fc.base64String()).map(([subject, signature]) => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = Buffer.from(signature, "base64").toString("base64url");
    return `${part({ typ: "JWT", alg: "HS256" })}.${part({ sub: String(subject) })}.${signed}`;
  });

const uuid: Make = ({ version }) => {
  const number = Number(version?.slice(1));
  return fc.uuid(number >= 1 && number <= 8 ? { version: number as 1 | 4 } : {}); // 1 to 8, as fast-check wants it
};

/** By zod's name of the format. */
export const FORMATS: Readonly<Record<string, Make>> = {
  base64: () => fc.base64String(),
  base64url: base64Url,
  date: day,
  datetime: dateTime,
  duration,
  email: () => fc.oneof(fc.constant("a@b.cd"), fc.emailAddress()),
  emoji: () => fc.constantFrom("🙂", "👩‍👩‍👧", "🇨🇭"),
  guid: () => fc.uuid(),
  hostname: () => fc.domain(),
  ipv4: () => fc.ipV4(),
  ipv6: () => fc.ipV6(),
  json_string: () => fc.json(),
  jwt,
  time,
  ulid: () => fc.ulid(),
  url: () => fc.webUrl(),
  uuid,
};
