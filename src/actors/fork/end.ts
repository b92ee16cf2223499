/**
 * What ends the told history of an actor: what the fork changes in it, and what it had under way.
 *
 * - A11. What its custom actions had sent at the cut, and was recorded behind it, it says anew.
 */
import type { JsonObject } from "../../events/json.ts";
import type { RecordBody } from "../../events/record.ts";
import { statusOf, type Fold } from "../fold.ts";
import type { ContentEnv } from "../content.ts";
import { hasEnded } from "./checks.ts";
import { FORKED } from "./forked.ts";
import type { Meant } from "./ids.ts";
import type { InFlight } from "./in-flight.ts";
import type { Names } from "./names.ts";
import { assertSettable } from "./set.ts";

interface Telling {
  readonly env: ContentEnv;
  readonly names: Names;
}

/** An actor of the fork whose history is told. */
interface Ending {
  readonly fold: Fold;
  /** Whether it wakes all others: it also says which record was replaced. */
  readonly isWaker: boolean;
  /** What its event says beside. */
  readonly more: JsonObject;
}

/** @throws {@link TroupeError} what `--set` may be refused with. */
export function endOf(
  telling: Telling,
  { cut, request }: Meant,
  { fold, isWaker, more }: Ending,
): Pick<RecordBody, "event" | "since" | "ran"> {
  const { address } = fold.identity;
  const { record } = cut.replaced ?? {};
  const fresh = record && telling.names.address(record.stream) === address ? record.seq : undefined;
  const replaced = isWaker ? request.replace?.record : undefined;
  return {
    event: {
      type: FORKED,
      at: cut.position,
      ...(replaced !== undefined && { replaced }),
      ...setIn(telling, request, fold),
      ...sentBy(telling, cut, address),
      ...(fresh !== undefined && { fresh }), // its step is new
      ...more,
    },
    ...(fold.checkpoint !== undefined && { since: fold.checkpoint.seq }),
    ...(fresh !== undefined && { ran: fresh - 1 }),
  };
}

/** Errors name the actor as who asks does. */
function setIn(
  { env: { stepper }, names }: Telling,
  { set }: Meant["request"],
  fold: Fold,
): { readonly set?: JsonObject[] } {
  const { address } = fold.identity;
  const asked = set.filter(({ actor }) => names.address(actor) === address);
  const [first] = asked;
  if (first === undefined) return {};
  const { actor } = first;
  if (statusOf(fold) !== "active") throw hasEnded(fold, actor);
  const encoded = asked.map(({ path, value, ...how }) => {
    return { ...how, path, value: stepper.encode(value, `${actor}.${path.join(".")}`) };
  });
  const values = encoded.map((one) => ({ ...one, value: stepper.decode(one.value) }));
  assertSettable(fold.state, values, actor);
  return { set: encoded.map(({ path, value }) => ({ path, value })) };
}

function sentBy(
  { names }: Telling,
  { inFlight }: Meant["cut"],
  address: string,
): { readonly sends?: InFlight[] } {
  const sends = [...inFlight].flatMap(([sender, own]) =>
    names.address(sender) === address
      ? own.map(({ seq, to, event }) => ({ seq, to: names.address(to), event: names.object(event) }))
      : [],
  );
  return sends.length === 0 ? {} : { sends };
}
