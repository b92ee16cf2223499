/**
 * A run told again under another id: every input of the original, in the same order, stepped by
 * the same machines under new addresses. What comes out are the records of the fork.
 *
 * - A2. Nothing runs: what the steps ask for is only noted.
 * - A15. State, hash and effects of each record are those of the new address, so that the fork replays
 *   like any run. A machine that comes to another state under another address is refused.
 * - Up to the very last record, that of the waker, no record says that anything is owed: no host
 *   runs any of it before all of it is there. What ends each history: {@link endOf}.
 */
import type { Snapshot } from "xstate";
import { parseAddress } from "../../events/address.ts";
import type { Json, JsonObject } from "../../events/json.ts";
import type { NewRecord, Recorded } from "../../events/log/log.ts";
import { placeOf, type SystemDelta } from "../../events/record.ts";
import { advance, birth, type Advanced, type Entry } from "../advance.ts";
import type { ContentEnv } from "../content.ts";
import { changedDigests } from "../digests.ts";
import { owesOf, type Fold } from "../fold.ts";
import { identify } from "../identity.ts";
import { kindNamed } from "../kind.ts";
import { recordedDirectory } from "../directories.ts";
import { bodyOf, typeOf } from "../record-of.ts";
import { answered } from "./answer.ts";
import { assertSame, assertTaken, birthReplaced, taking } from "./checks.ts";
import { latestIn } from "./cut.ts";
import { endOf } from "./end.ts";
import { recordIds, sharedBy, type Meant } from "./ids.ts";
import { entryFor, type Asked, type Inputs } from "./inputs.ts";
import { Names } from "./names.ts";
import { placed, type Steps } from "./verified.ts";

export interface RetellEnv extends ContentEnv {
  readonly epoch: number;
  /** Lets others work; called now and then. */
  readonly turn: () => Promise<void>;
}

export interface Telling extends Meant {
  readonly steps: Steps;
}

export interface ToldRecord {
  readonly stream: string;
  readonly record: NewRecord;
}

export interface Told {
  /** In the order in which they are to be written. */
  readonly records: readonly ToldRecord[];
  readonly system: readonly SystemDelta[];
  /** Who wakes all others. */
  readonly waker: string;
}

/** Records between two turns of the event loop. */
const TURN = 256;

/** @throws {@link TroupeError} `FORK_DIVERGED`; what `--set` and `--replace` may be refused with. */
export async function retell(env: RetellEnv, telling: Telling): Promise<Told> {
  const teller = new Teller(env, telling);
  for (const [index, record] of telling.cut.records.entries()) {
    teller.tell(record);
    if (index % TURN === TURN - 1) await env.turn();
  }
  return teller.end();
}

interface Actor {
  readonly fold: Fold;
  /** The state that the last digests led to. */
  digested: Snapshot<unknown> | undefined;
}

class Teller {
  readonly #env: RetellEnv;
  readonly #telling: Telling;
  readonly #inputs: Inputs & { readonly env: RetellEnv; readonly asked: Map<string, Asked> };
  readonly #actors = new Map<string, Actor>();
  readonly #records: ToldRecord[] = [];
  readonly #system: SystemDelta[] = [];
  readonly #idAt: (place: number) => string;
  /** When the fork begins, epoch ms: now. */
  readonly #endsAt: number;

  constructor(env: RetellEnv, telling: Telling) {
    const { cut, to, shiftMs } = telling;
    const run = { from: cut.run, to };
    this.#env = env;
    this.#endsAt = latestIn(cut) + shiftMs;
    this.#telling = telling;
    const names = new Names(run, cut.actors.keys());
    this.#inputs = { env, names, asked: new Map(), run, origin: sharedBy(telling) };
    this.#idAt = recordIds(telling);
  }

  /** Tells one record again. */
  tell(record: Recorded): void {
    const { cut, steps } = this.#telling;
    const address = this.#inputs.names.address(record.stream);
    const step = steps.get(placed(record));
    const before = this.#actors.get(address)?.fold;
    const entry = entryFor(this.#inputs, record, step, before);
    const isReplaced = record === cut.replaced?.record;
    const told = isReplaced ? this.#replacedBy(entry, before, record) : entry;
    const advanced = isReplaced
      ? taking(record, () => this.#step(address, told, record.correlation))
      : this.#step(address, told, record.correlation);
    const { fold } = this.#actor(address);
    if (isReplaced) assertTaken(fold, record, step);
    else if (step !== undefined) assertSame(fold, record, step, advanced);
    this.#write(address, told, advanced, 0);
  }

  /** Ends each actor's history; the waker's comes last, and wakes who owes something. */
  end(): Told {
    const waker = this.#waker();
    for (const address of this.#actors.keys()) if (address !== waker) this.#fork(address, {});
    const wakes = [...this.#actors].flatMap(([address, { fold }]) =>
      address !== waker && owesOf(fold) > 0 ? [address] : [],
    );
    this.#fork(waker, wakes.length === 0 ? {} : { wakes });
    return { records: this.#records, system: this.#system, waker };
  }

  #waker(): string {
    const { cut, to } = this.#telling;
    const workflow = `workflow/${to}`;
    if (this.#actors.has(workflow)) return workflow;
    const [first = ""] = cut.actors.keys(); // a run begins with a root
    return this.#inputs.names.address(first);
  }

  #fork(address: string, more: JsonObject): void {
    const { fold } = this.#actor(address);
    const isWaker = address === this.#waker();
    const body = endOf(this.#inputs, this.#telling, { fold, isWaker, more });
    const entry: Entry = { seq: fold.seq + 1, at: this.#endsAt, cause: undefined, body };
    const advanced = this.#step(address, entry, "");
    this.#write(address, entry, advanced, isWaker ? owesOf(fold) : 0);
  }

  #step(address: string, entry: Entry, correlation: string): Advanced {
    const { stepper } = this.#env;
    const { asked, names } = this.#inputs;
    const known = this.#actors.get(address)?.fold;
    const directory = recordedDirectory(entry.body);
    const { fold, advanced } =
      known === undefined
        ? birth(
            identify(this.#env, address, entry.body.born ?? { id: "" }),
            { ...entry, correlation: this.#correlation(correlation) },
            stepper,
            directory,
          )
        : { fold: known, advanced: advance(known, entry, stepper, directory) };
    if (known === undefined) this.#actors.set(address, { fold, digested: undefined });
    for (const { id, effect } of advanced.effects) {
      asked.set(`${address}#${id}`, { effect, by: fold });
      if (effect.type === "start") names.learn(effect.child.address);
    }
    return advanced;
  }

  // oxlint-disable-next-line max-params -- whose step, what it was and came to, and what it may say of it
  #write(address: string, entry: Entry, advanced: Advanced, owes: number): void {
    const actor = this.#actor(address);
    const { fold } = actor;
    const { snapshot } = fold.state;
    const kind = kindNamed(this.#env.kinds, parseAddress(address).kind);
    const digests = advanced.hash.whole ? changedDigests(actor.digested, snapshot) : undefined;
    if (advanced.hash.whole) actor.digested = snapshot;
    const writer = { version: fold.version, epoch: this.#env.epoch };
    const body = { ...bodyOf(writer, entry, { fold, advanced, digests }), owes };
    const record = {
      id: this.#idAt(this.#records.length),
      type: typeOf(kind, advanced, entry.body.event),
      at: entry.at,
      correlation: fold.correlation,
      ...(entry.cause !== undefined && { cause: entry.cause }),
      body: body as unknown as JsonObject, // strict JSON by construction, and the log checks it again (L7)
    };
    this.#records.push({ stream: address, record });
    if (advanced.system !== undefined) this.#system.push(advanced.system);
  }

  #replacedBy(entry: Entry, fold: Fold | undefined, record: Recorded): Entry {
    const place = placeOf(record);
    const value: Json = this.#telling.request.replace?.with ?? null;
    if (fold === undefined) throw birthReplaced(place);
    const startOf = (address: string) => {
      for (const { effect } of this.#inputs.asked.values())
        if (effect.type === "start" && effect.child.address === address) return effect.child;
      return undefined;
    };
    return answered({ env: this.#env, fold, entry, value, startOf, place });
  }

  #actor(address: string): Actor {
    const actor = this.#actors.get(address);
    if (actor === undefined) throw new Error(`"${address}" was never born`); // a stream begins with its birth
    return actor;
  }

  #correlation(correlation: string): string {
    const { from, to } = this.#inputs.run;
    return correlation === from ? to : correlation;
  }
}
