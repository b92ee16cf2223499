/** Records that a host writes on its own account: no machine took a step in them. */
import type { JsonObject } from "../events/json.ts";

const TYPES: ReadonlySet<unknown> = new Set([
  "troupe.checkpoint",
  "troupe.recovered",
  "troupe.settled",
]);

export function isBookkeeping({ body }: { readonly body: JsonObject }): boolean {
  const { event } = body;
  return typeof event === "object" && event !== null && "type" in event && TYPES.has(event["type"]);
}
