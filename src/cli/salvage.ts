// lanedb salvage: saves what can be proven of a damaged store in a new one, and prints what was
// saved and what was lost.

import { type SalvageReport, salvage as salvageStore } from '../index.js';
import { EXIT_DAMAGE, EXIT_FINE } from './exit-codes.js';
import { jsonText } from './json-form.js';
import type { Output } from './output.js';
import { progressLine } from './progress-line.js';
import { salvageLines } from './salvage-text.js';
import { withInterrupt } from './with-interrupt.js';

const MIB = 1048576;

export async function salvage(
  output: Output,
  words: { path: string; target: string },
  options: { strict: boolean; json: boolean },
): Promise<number> {
  const show = progressLine(process.stderr);
  const report = await withInterrupt(async (signal) => {
    try {
      return await salvageStore(words.path, words.target, {
        strict: options.strict,
        signal,
        onProgress: ({ records, bytes, bytesTotal }) =>
          show(`${records} records, ${mib(bytes)} of ${mib(bytesTotal)} MiB`),
      });
    } finally {
      show('');
    }
  });
  await output.print(options.json ? [jsonOf(report)] : salvageLines(report, options.strict));
  return isWhole(report) ? EXIT_FINE : EXIT_DAMAGE;
}

function jsonOf(report: SalvageReport): string {
  return jsonText({ ...report, lastCommit: report.lastCommit ?? null });
}

function isWhole({ losses, missing }: SalvageReport): boolean {
  return losses.length === 0 && missing.length === 0;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
