// The tables of docs/seeds.md as data: one row for every operation and every fault, with the names it
// gives in its third column and the tests of its last one.

export interface NamedTest {
  /** Path in the project. */
  readonly file: string;
  readonly title: string;
}

export interface SeedRow {
  readonly id: string;
  /** What stands in code type in the column of names. */
  readonly names: readonly string[];
  readonly tests: readonly NamedTest[];
}

const ROW = /^\| ((?:MW|CW|FA|FB)-\d\d) \|(.*)\|$/gm;
const TEST = /^`([\w/-]+\.test\.ts)`: (.+)$/;

/** Ids that the document must have, each once. */
export const ROW_IDS: readonly string[] = [...numbered('MW', 1, 20), ...numbered('CW', 0, 20)];
export const FAULT_IDS: readonly string[] = [...numbered('FA', 1, 21), ...numbered('FB', 1, 22)];

function numbered(prefix: string, first: number, last: number): string[] {
  const ids: string[] = [];
  for (let id = first; id <= last; id++) ids.push(`${prefix}-${`${id}`.padStart(2, '0')}`);
  return ids;
}

/** Throws if a row has not four columns, or its last one no tests. */
export function readRows(markdown: string): SeedRow[] {
  return Array.from(markdown.matchAll(ROW), ([, id = '', rest = '']) => {
    const cells = rest.split('|').map((cell) => cell.trim());
    const [, names = '', tests = ''] = cells;
    if (cells.length !== 3) throw new Error(`${id} has ${cells.length + 1} columns, not 4`);
    return {
      id,
      names: Array.from(names.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
      tests: tests.split('<br>').map((cell) => readTest(id, cell)),
    };
  });
}

function readTest(id: string, cell: string): NamedTest {
  const [, file, title] = TEST.exec(cell) ?? [];
  if (file === undefined || title === undefined) throw new Error(`${id} names no test: '${cell}'`);
  return { file: `test/${file}`, title };
}

/** Ids that are missing, come twice, or belong to nothing. */
export function countingProblems(rows: readonly SeedRow[]): string[] {
  const expected = [...ROW_IDS, ...FAULT_IDS];
  const counts = new Map(expected.map((id) => [id, 0]));
  for (const { id } of rows) counts.set(id, (counts.get(id) ?? Number.NaN) + 1);
  return [...counts]
    .filter(([, count]) => count !== 1)
    .map(([id, count]) => `${id} ${count === 0 ? 'has no row' : 'has a row too many'}`);
}
