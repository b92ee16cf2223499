/**
 * Histories of an actor as an arbitrary: what is drawn is what can happen where the actor stands.
 *
 * 1. Each move was possible when it was drawn. When moves before it are left out it may not be:
 *    then nothing happens by it.
 * 2. It shrinks to fewer moves first, then to plain ones: an event shrinks as its own arbitrary does.
 */
import { Arbitrary, Stream, Value, type Random } from "fast-check";
import type { Move } from "./move.ts";
import { begin, move, type Moved, type Place } from "./place.ts";
import { drawn, type Draw, type Drawn } from "./draw.ts";
import type { Stage } from "./stage.ts";

/** What an actor is started with, and what happens to it. */
export interface Walk {
  readonly input: unknown;
  readonly moves: readonly Move[];
}

interface Origin {
  readonly input: Value<unknown>;
  readonly drawn: readonly Drawn[];
}

/** How often another move is looked for, at most, where one would end the actor. */
const RELUCTANCE = 4;

/** @param length moves of a walk, at most. */
export function walksOf(stage: Stage, length: number): Arbitrary<Walk> {
  return new Walks(stage, length);
}

class Walks extends Arbitrary<Walk> {
  readonly #stage: Stage;
  readonly #length: number;

  constructor(stage: Stage, length: number) {
    super();
    this.#stage = stage;
    this.#length = length;
  }

  generate(random: Random, bias: number | undefined): Value<Walk> {
    const input = this.#stage.input.generate(random, bias);
    const most = random.nextInt(Math.ceil(this.#length / 4), this.#length);
    const moves: Drawn[] = [];
    let { place } = begin(this.#stage, input.value);
    while (place !== undefined && moves.length < most) {
      const next = this.#next(place, { random, bias });
      if (next === undefined) break;
      moves.push(next.drawn);
      if (next.after.outcome === "failed") break;
      place = next.after.place;
    }
    return valueOf({ input, drawn: moves });
  }

  /** Drawn again for a while where it would end the actor: most of what there is to see lies before. */
  #next(place: Place, draw: Draw): { readonly drawn: Drawn; readonly after: Moved } | undefined {
    for (let again = draw.random.nextInt(0, RELUCTANCE); ; again--) {
      const one = drawn(this.#stage, place, draw);
      if (one === undefined) return undefined;
      const after = move(this.#stage, place, one.move);
      const status = after.place?.fold.state.snapshot.status;
      if (status === "active" || again <= 0) return { drawn: one, after };
    }
  }

  // oxlint-disable-next-line no-unused-vars -- the signature is fast-check's
  canShrinkWithoutContext(_value: unknown): _value is Walk {
    return false; // how a walk came to be is its context
  }

  shrink(_: Walk, context: unknown): Stream<Value<Walk>> {
    return new Stream(smaller(this.#stage, context as Origin)); // made by generate, or here
  }
}

function valueOf(origin: Origin): Value<Walk> {
  const moves = origin.drawn.map((one) => one.move);
  return new Value({ input: origin.input.value, moves }, origin);
}

function* smaller(stage: Stage, origin: Origin): IterableIterator<Value<Walk>> {
  const { input, drawn: all } = origin;
  for (let size = all.length; size >= 1; size = Math.floor(size / 2))
    for (let at = all.length - size; at >= 0; at -= size)
      yield valueOf({ input, drawn: [...all.slice(0, at), ...all.slice(at + size)] });
  for (const other of stage.input.shrink(input.value, input.context))
    yield valueOf({ input: other, drawn: all });
  for (const [index, one] of all.entries())
    for (const other of one.smaller()) yield valueOf({ input, drawn: all.with(index, other) });
}

/** A place on a walk, and what came before it. */
export interface Stop {
  /** Undefined: the start. */
  readonly move: Move | undefined;
  readonly before: Place | undefined;
  readonly moved: Moved;
}

/** Goes a walk; moves by which nothing happens are left out. It ends where the actor cannot go on. */
export function* stopsOf(stage: Stage, { input, moves }: Walk): Generator<Stop, void, undefined> {
  const first = begin(stage, input);
  yield { move: undefined, before: undefined, moved: first };
  let { place } = first;
  for (const one of moves) {
    if (place === undefined) return;
    const moved = move(stage, place, one);
    if (moved.outcome === "idle") continue;
    yield { move: one, before: place, moved };
    if (moved.outcome === "failed") return;
    ({ place } = moved);
  }
}
