// What every cell of the matrix came to, kept between runs, and the table of it in README.md.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT } from '../package/packed.js';
import { CACHE } from './node-binaries.js';

export const COLUMNS = ['mapped', 'buffered', 'without-native', 'package'] as const;
export type Column = (typeof COLUMNS)[number];

export interface CellResult {
  version: string;
  passed: number;
  failed: number;
  /** Not run: skipped by the tests themselves. */
  skipped: number;
  seconds: number;
  /** What failed, in words. */
  problems: string[];
}

/** By `spec/column`. */
export type Results = Record<string, CellResult>;

const FILE = join(CACHE, 'results.json');
const BEGIN = '<!-- matrix: written by npm run matrix -- --write -->';
const END = '<!-- end of matrix -->';

export function loadResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {};
}

export function saveResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}

export function cellText(result: CellResult | undefined): string {
  if (result === undefined) return 'not run';
  const failed = result.failed > 0 ? `, **${result.failed} failed**` : '';
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
  return `${result.passed}${failed}${skipped}`;
}

export function tableOf(results: Results, specs: readonly string[]): string {
  const rows = specs.map((spec) => {
    const cells = COLUMNS.map((column) => results[`${spec}/${column}`]);
    const version = cells.find((cell) => cell !== undefined)?.version ?? spec;
    return `| ${version} | ${cells.map(cellText).join(' | ')} |`;
  });
  const head = '| Node | mapped | buffered | without native packages | package |';
  return [head, '|---|---|---|---|---|', ...rows].join('\n');
}

/** Replaces the table between the marks in README.md. */
export function writeTable(table: string): void {
  const path = join(PROJECT, 'README.md');
  const text = readFileSync(path, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no place for the table: ${BEGIN}`);
  writeFileSync(path, `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`);
}
