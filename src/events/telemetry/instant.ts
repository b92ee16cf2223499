/** Moments as telemetry writes them (S1-012): ISO 8601 in any zone. Pure. */

const DATE = String.raw`(?<date>\d{4}-\d\d-\d\d)`;
const TIME = String.raw`(?<time>(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:(?<=:\d\d:\d\d)[.,](?<fraction>\d+))?`;
const ZONE = String.raw`(?<zone>[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?`;
const MOMENT = new RegExp(`^${DATE}[Tt ]${TIME}${ZONE}$`);

/**
 * Epoch ms of a moment; undefined where the text is none. Without a zone it is UTC; what is finer
 * than a millisecond is cut off.
 */
export function instantOf(text: string): number | undefined {
  const usual = usualInstant(text);
  if (usual !== undefined) return usual;
  const { date, time, fraction = "", zone = "Z" } = MOMENT.exec(text)?.groups ?? {};
  if (date === undefined) return undefined;
  const at = Date.parse(`${date}T${time}Z`);
  // a day that there is not, such as February 30, comes out as none, or as another one
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(date)) return undefined;
  return at + Number(fraction.slice(0, 3).padEnd(3, "0")) - offsetOf(zone);
}

/** As nearly all of them are written, without the slow way. */
function usualInstant(text: string): number | undefined {
  if (text.length !== 20 && text.length !== 24) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  const iso = new Date(at).toISOString();
  return iso === text || (text.length === 20 && iso === `${text.slice(0, 19)}.000Z`) ? at : undefined;
}

/** Ms by which a zone is ahead of UTC. */
function offsetOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", ""));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}
