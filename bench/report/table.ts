// The report as a table for the terminal.

import { formatNumber } from './format-number.js';
import type { Report, Row } from './report.js';
import type { Verdict } from './targets.js';

function formatRatio({ ratio, bestRival }: Row): string {
  return ratio === null
    ? '-'
    : `${ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2)}x ${bestRival}`;
}

function printColumns(
  lines: readonly (readonly string[])[],
  leftAligned: ReadonlySet<number>,
): void {
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((text, column) => {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
    });
  }
  for (const line of lines) {
    const cells = line.map((text, column) =>
      leftAligned.has(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!),
    );
    console.log(cells.join('  ').trimEnd());
  }
}

export function printTable(report: Report): void {
  const engines = report.engines.filter((engine) => engine.skipped === null);
  const head = ['', ...engines.map(({ name }) => name), 'unit', 'LaneDB to best rival'];
  const measured = report.rows.filter((row) =>
    Object.values(row.cells).some(({ value }) => value !== null),
  );
  const lines = measured.map((row) => [
    row.title,
    ...engines.map(({ name }) => formatNumber(row.cells[name]?.value ?? null)),
    row.unit,
    formatRatio(row),
  ]);
  const last = engines.length + 1;
  console.log('');
  printColumns([head, ...lines], new Set([0, last, last + 1]));
}

export function printEngines(report: Report): void {
  console.log('');
  for (const { name, version, skipped } of report.engines) {
    console.log(`${name.padEnd(16)} ${skipped === null ? version : `skipped: ${skipped}`}`);
  }
  const { rounds, keys } = report;
  console.log(`${rounds} round(s), ${keys} records of 16 + 128 bytes, medians over rounds`);
}

export function printVerdicts(verdicts: readonly Verdict[]): void {
  if (verdicts.length === 0) return;
  console.log('\nTargets');
  const lines = verdicts.map(({ title, target, figure, met }) => [
    met ? 'met' : 'MISSED',
    title,
    figure,
    `target ${target}`,
  ]);
  printColumns(lines, new Set([0, 1, 2, 3]));
}

export function printFailures({ failures }: Report): void {
  for (const [where, message] of Object.entries(failures)) {
    console.log(`\nFAILED ${where}: ${message}`);
  }
}
