// The table of planted bugs, as it is printed and as it stands in docs/testing.md.

import type { PlantedBug } from './planted-bug.js';

export const DOCUMENT = 'docs/testing.md';
const BEGIN = '<!-- planted bugs: written by npm run test:planted -- --write -->';
const END = '<!-- end of planted bugs -->';

/** What the table says of one bug. */
export interface Row {
  readonly bug: string;
  readonly reference: string;
  readonly what: string;
  readonly caughtBy: string;
  readonly seconds: number;
}

export function rowOf(bug: PlantedBug, seconds: number): Row {
  const { name, reference, what, stands, test } = bug;
  return {
    bug: name,
    reference,
    what: stands === undefined ? what : `${what} (${stands})`,
    caughtBy: `${test.file}: ${test.title}`,
    seconds: Number(seconds.toFixed(1)),
  };
}

/** The document with these rows in place of its own. */
export function withRows(document: string, rows: readonly Row[]): string {
  const [before, , after] = partsOf(document);
  const lines = [
    '| bug | stands for | what is wrong then | caught by | seconds |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ bug, reference, what, caughtBy, seconds }) =>
        `| \`${bug}\` | ${reference} | ${what} | ${caughtBy} | ${seconds.toFixed(1)} |`,
    ),
  ];
  return `${before}${BEGIN}\n${lines.join('\n')}\n${END}${after}`;
}

/** The rows that a document has. */
export function rowsIn(document: string): Row[] {
  const [, table] = partsOf(document);
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [bug, reference, what, caughtBy, seconds] = line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim());
      return {
        bug: (bug ?? '').replaceAll('`', ''),
        reference: reference ?? '',
        what: what ?? '',
        caughtBy: caughtBy ?? '',
        seconds: Number(seconds),
      };
    });
}

function partsOf(document: string): [before: string, table: string, after: string] {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has no place for the planted bugs`);
  const table = document.slice(begin + BEGIN.length, end);
  return [document.slice(0, begin), table, document.slice(end + END.length)];
}
