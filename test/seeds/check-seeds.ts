// Checks docs/seeds.md without running a test: every row is there once, every name is exported, every
// test exists and is not skipped, each name is used by a test of its row, and each test of an
// operation uses one of its names.

import type { ReadText } from './seed-declarations.js';
import { SeedDeclarations } from './seed-declarations.js';
import type { SeedRow } from './seed-document.js';
import { countingProblems, FAULT_IDS, ROW_IDS, readRows } from './seed-document.js';
import { SeedTests } from './seed-tests.js';

export interface CheckedRow extends SeedRow {
  readonly problems: readonly string[];
}

export interface CheckedSeeds {
  readonly rows: readonly CheckedRow[];
  /** Rows that are missing or come twice. */
  readonly problems: readonly string[];
}

const DOCUMENT = 'docs/seeds.md';

/** `values`: what the built module exports at run time. */
export function checkSeeds(read: ReadText, values: Iterable<string>): CheckedSeeds {
  const rows = readRows(read(DOCUMENT) ?? '');
  const declarations = new SeedDeclarations(read, values);
  const tests = new SeedTests(read);
  const checked = rows.map((row) => ({ ...row, problems: problemsOf(row, declarations, tests) }));
  return { rows: checked, problems: countingProblems(rows) };
}

function problemsOf(row: SeedRow, declarations: SeedDeclarations, tests: SeedTests): string[] {
  const problems: (string | undefined)[] = [
    ...row.names.map((name) => declarations.problemOf(name)),
    ...row.tests.map((one) => tests.problemOf(one)),
  ];
  const isFault = FAULT_IDS.includes(row.id);
  if (row.names.length === 0 && !isFault) problems.push('it names nothing of this project');
  const uses = row.names.map((name) => SeedDeclarations.useOf(name));
  const texts = row.tests.map((one) => tests.usedBy(one));
  for (const [index, use] of uses.entries()) {
    if (!texts.some((text) => use.test(text))) problems.push(`no test uses ${row.names[index]}`);
  }
  for (const [index, text] of texts.entries()) {
    if (!isFault && !uses.some((use) => use.test(text))) {
      problems.push(`'${row.tests[index]?.title}' uses no name of the row`);
    }
  }
  return problems.filter((one) => one !== undefined);
}

/** `41 of 41 rows, 43 of 43 faults`, of those that hold. */
export function summaryOf(rows: readonly CheckedRow[]): string {
  const holding = new Set(rows.filter((row) => row.problems.length === 0).map((row) => row.id));
  const count = (ids: readonly string[]) =>
    `${ids.filter((id) => holding.has(id)).length} of ${ids.length}`;
  return `${count(ROW_IDS)} rows, ${count(FAULT_IDS)} faults`;
}
