/** One host after the other, each with the whole log: the next one comes when the last one went. */
import { goOnFor, type Crew, type HostFault, type NextLife } from "./crew.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import type { Turns } from "./turns.ts";

export interface CrewParts {
  readonly turns: Turns;
  readonly faults: Faults;
  readonly next: NextLife;
}

export class OneByOne implements Crew {
  readonly lives: Life[] = [];
  readonly #parts: CrewParts;
  #over = false;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#open();
  }

  pick(): Life | undefined {
    const last = this.lives.at(-1);
    return last?.end === undefined ? last : undefined;
  }

  get asked(): readonly Life[] {
    const life = this.pick();
    return life === undefined ? [] : [life];
  }

  get rests(): boolean {
    const current = this.pick();
    return (
      current?.host?.failed.aborted === false &&
      this.lives.every((life) => life === current || life.end !== undefined)
    );
  }

  befall(fault: HostFault): void {
    const life = this.pick();
    const { turns, faults } = this.#parts;
    if (life === undefined) return;
    if (fault.fault === "kill") {
      faults.note("kill");
      return life.kill("killed");
    }
    if (fault.fault === "join" || life.host === undefined || life.host.failed.aborted) return;
    faults.note(fault.fault);
    if (fault.fault === "close") return turns.add(life.number, () => void life.close());
    this.#takeOver(life, fault.turns);
  }

  appends(): void {}

  renew(): void {
    const life = this.pick();
    if (life?.host !== undefined) this.#parts.turns.add(life.number, () => void life.close());
  }

  failed(life: Life): void {
    life.kill("failed");
  }

  ended(life: Life): void {
    if (!this.#over && life === this.lives.at(-1)) this.#open();
  }

  /** Only the last one is asked. */
  isStale(): boolean {
    return false;
  }

  hasTwoOwners(): boolean {
    return this.lives.filter(({ end }) => end === undefined).length > 1;
  }

  readonly stop = (): void => void (this.#over = true);

  /** The old one goes on for a while; then it hears that it lost, or dies. */
  #takeOver(old: Life, turnsLeft: number): void {
    const { turns } = this.#parts;
    old.replace();
    goOnFor(turnsLeft, { life: old, turns }, { dies: () => old.kill("lost"), hears: () => old.lose() });
    this.#open();
  }

  #open(): void {
    this.lives.push(this.#parts.next(this.lives.length + 1));
  }
}
