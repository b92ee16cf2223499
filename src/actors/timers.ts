/** The timers that an actor has armed, by XState's send id: a new one of the same name replaces the old. */
import type { RecordedEvent } from "../events/record.ts";

export interface ArmedTimer {
  /** Effect id: `seq.index`. */
  readonly id: string;
  /** XState's send id. */
  readonly name: string;
  readonly to: string;
  readonly event: RecordedEvent;
  /** Epoch ms. */
  readonly dueAt: number;
}

export class Timers extends Map<string, ArmedTimer> {
  readonly #names = new Map<string, string>();
  #version = 0;

  /** Moves with every change, so that whoever wakes the actor looks only then (A13). */
  get version(): number {
    return this.#version;
  }

  /** By effect id. */
  withId(id: string): ArmedTimer | undefined {
    return this.get(this.#names.get(id) ?? "");
  }

  override set(name: string, timer: ArmedTimer): this {
    this.delete(name); // one armed anew stands behind the others
    this.#names.set(timer.id, name);
    this.#version++;
    return super.set(name, timer);
  }

  override delete(name: string): boolean {
    const timer = this.get(name);
    if (timer === undefined) return false;
    this.#names.delete(timer.id);
    this.#version++;
    return super.delete(name);
  }

  override clear(): void {
    for (const name of this.keys()) this.delete(name);
  }
}
