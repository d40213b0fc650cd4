// What an audited script is: one file in scripts/ that exports `script`. It works on a real store in
// a process that strace watches, and says by its marks what it wrote and what was acknowledged.

import type { Verdict } from './judge.js';
import type { Io, Stage } from './stage.js';

export interface AuditScript {
  /** What the store goes through, in a few words. */
  readonly does: string;
  /** Where it can run; both media by default. */
  readonly ios?: readonly Io[];
  /** A call that fails, as strace's option inject says it; counted for each thread by itself. */
  readonly inject?: string;
  /** What is done before the trace begins, in a process of its own that may kill itself. */
  prepare?(stage: Stage): Promise<void>;
  /** The names of files that `prepare` left count as not synced. */
  readonly distrustsNames?: boolean;
  /**
   * What `prepare` left is made sound in place: its segments but the last count as proven durable,
   * the last one once it is synced. Else a store that was not closed trusts none of them.
   */
  readonly repairsInPlace?: boolean;
  /** What is traced. */
  run(stage: Stage): Promise<void>;
  /** What is missing in the trace of a script that did what it is there for. */
  lacks(verdict: Verdict): string | undefined;
}
