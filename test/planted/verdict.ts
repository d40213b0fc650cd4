// Whether a planted bug was caught: by the named test alone, by an assertion, in time.

import type { PlantedBug } from './planted-bug.js';
import type { TapReport } from './tap-report.js';

/** A run of the named test over the planted copy. */
export interface TestRun {
  readonly report: TapReport;
  readonly seconds: number;
  /** True if it had to be ended from outside. */
  readonly isEnded: boolean;
}

/** Why the bug does not count as caught; undefined if it does. */
export function escapeOf(
  bug: PlantedBug,
  { report, seconds, isEnded }: TestRun,
): string | undefined {
  const { title } = bug.test;
  const failure = report.failed.find((one) => one.title === title);
  if (isEnded || seconds > bug.secondsMax) return `not decided in ${bug.secondsMax} s`;
  if (failure === undefined) {
    return report.passed.includes(title) ? 'the test passes' : 'the test did not run';
  }
  const others = report.failed.filter((one) => one.title !== title);
  if (bug.raises !== true && others.length > 0) {
    return `something else failed: ${others[0]?.title}`;
  }
  if (bug.raises === true && others.length === 0) return 'nothing was raised beside the test';
  if (failure.assertion !== undefined) return undefined;
  return `failed by an error, not an assertion: ${failure.text.slice(0, 400)}`;
}

/** Why the named tests are no measure: one of them does not pass on the sound copy. */
export function unsoundOf(titles: readonly string[], report: TapReport): string | undefined {
  const bad = titles.find((title) => !report.passed.includes(title));
  if (bad === undefined && report.failed.length === 0) return undefined;
  if (bad !== undefined && report.skipped.includes(bad)) return `skipped here: ${bad}`;
  return `does not pass on the sound copy: ${bad ?? report.failed[0]?.title}`;
}
