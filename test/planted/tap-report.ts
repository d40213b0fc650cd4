// What AVA's TAP reporter says of a run: which tests passed, were skipped, or failed, and by what.

export interface Failure {
  /** Title of the test; of a failure outside of any test the name of the error. */
  readonly title: string;
  /** Such as `t.is()`; undefined if the test ended by an error that it did not expect. */
  readonly assertion: string | undefined;
  /** Everything that is said about it. */
  readonly text: string;
}

export interface TapReport {
  readonly passed: readonly string[];
  readonly skipped: readonly string[];
  readonly failed: readonly Failure[];
}

const POINT = /^(?<not>not )?ok \d+ - (?<title>.*?)(?<directive> # (?:SKIP|TODO).*)?$/;

export function readTap(text: string): TapReport {
  const report = { passed: [] as string[], skipped: [] as string[], failed: [] as Failure[] };
  const points = text.split(/^(?=(?:not )?ok \d+ - )/m);
  for (const point of points) {
    const match = POINT.exec(point.split('\n', 1)[0] ?? '');
    if (match === null) continue;
    const title = match.groups?.['title'] ?? '';
    if (match.groups?.['directive'] !== undefined) report.skipped.push(title);
    else if (match.groups?.['not'] === undefined) report.passed.push(title);
    else {
      const assertion = /^ {4}assertion: (.+)$/m.exec(point)?.[1];
      report.failed.push({ title, assertion, text: point.trim() });
    }
  }
  return report;
}
