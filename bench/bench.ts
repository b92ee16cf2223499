/** What a bench is. `all.ts` lists them. */
import type { Scale } from "./measure.ts";
import type { Table } from "./report.ts";

export interface Bench {
  /** What `--only` calls it. */
  readonly name: string;
  readonly what: string;
  readonly run: (scale: Scale) => Promise<readonly Table[]>;
}
