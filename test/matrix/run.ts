// npm run matrix -- [--only 22/mapped] [--only 24] [--write]
// Every supported Node in every medium: all tests; and the package, installed and bundled. Downloads what it
// needs to .cache/matrix and keeps the results of earlier runs there. Exit code 1 if anything failed.
// --write puts the table into README.md.

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { CACHE, installNode, NODES } from './node-binaries.js';
import { runPackage } from './package-cell.js';
import type { CellResult, Column } from './results.js';
import { COLUMNS, cellText, loadResults, saveResults, tableOf, writeTable } from './results.js';
import { removeCopy, runTests } from './tests-cell.js';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, write: { type: 'boolean' } },
  });
  const cells = cellsOf(values.only ?? []);
  mkdirSync(CACHE, { recursive: true });
  let failed = 0;
  try {
    for (const { spec, column } of cells) {
      const result = await runCell(spec, column);
      failed += result.failed;
      saveResults({ ...loadResults(), [`${spec}/${column}`]: result });
    }
  } finally {
    removeCopy();
  }
  const table = tableOf(loadResults(), NODES);
  console.log(`\n${table}`);
  if (values.write === true) writeTable(table);
  return failed > 0 ? 1 : 0;
}

/** All cells, or those that are named: `22`, `22/mapped`, `/package`. */
function cellsOf(only: readonly string[]): { spec: string; column: Column }[] {
  const cells = NODES.flatMap((spec) => COLUMNS.map((column) => ({ spec, column })));
  if (only.length === 0) return cells;
  const isNamed = (name: string, cell: { spec: string; column: Column }): boolean => {
    const [spec = '', column = ''] = name.split('/');
    return (spec === '' || spec === cell.spec) && (column === '' || column === cell.column);
  };
  for (const name of only) {
    if (cells.some((cell) => isNamed(name, cell))) continue;
    throw new Error(`no cell ${name}: ${NODES.join(', ')} / ${COLUMNS.join(', ')}`);
  }
  return cells.filter((cell) => only.some((name) => isNamed(name, cell)));
}

async function runCell(spec: string, column: Column): Promise<CellResult> {
  const node = installNode(spec);
  const result = column === 'package' ? await runPackage(node) : await runTests(node, column);
  console.log(`${node.version} ${column}: ${cellText(result)}, ${result.seconds} s`);
  for (const problem of result.problems) console.error(`  ${problem}`);
  return result;
}

process.exitCode = await main();
