// A short life of a store as strace would have written it, by hand, and ways to change it line by
// line, so that a test can show what a rule of the audit says to it.

import { crc32 } from '../../src/codec/crc32.js';
import { segmentName } from '../../src/format/file-name.js';
import { encodeSuperblockSlot, STORE_CLEAN, STORE_OPEN } from '../../src/format/superblock.js';
import { judgeTrace, type Verdict } from './judge.js';
import { NOTHING_BEFORE } from './traced-store.js';

const PLACES = { store: '/r/s', marks: '/r/marks' };
export const ONE = segmentName(0, 1);
export const TWO = segmentName(0, 2);

/** Lines of a trace by names, so that a test can say which one it changes. */
export type Life = readonly (readonly [name: string, line: string])[];

/** A slot as latin1 text. */
export function slotText(slot: number, counter: number, first: number, state = STORE_OPEN): string {
  const lane = { lane: 0, firstGeneration: first, liveGeneration: first };
  const bytes = encodeSuperblockSlot(
    {
      storeId: new Uint8Array(16).fill(7),
      counter,
      state,
      era: 0,
      durable: 0,
      firstSequence: 1,
      nextGeneration: first + 1,
      epoch: 1,
      lanes: [{ ...lane, endGeneration: first, endOffset: 4096 }],
    },
    slot,
    crc32,
  );
  return Buffer.from(bytes).toString('latin1');
}

/** As strace prints bytes. */
const quoted = (text: string): string =>
  `"${[...text].map((one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"`;

export const open = (name: string): string =>
  `1 openat(AT_FDCWD</r>, "/r/s/${name}", O_RDWR|O_CREAT|O_EXCL, 0600) = 5</r/s/${name}>`;
export const write = (name: string, from: number, end: number): string =>
  `1 pwrite64(5</r/s/${name}>, "abc"..., ${end - from}, ${from}) = ${end - from}`;
const slot = (
  name: string,
  number: number,
  counter: number,
  first: number,
  state?: number,
): string =>
  `1 pwrite64(5</r/s/${name}>, ${quoted(slotText(number, counter, first, state))}, 4096, ${number * 4096}) = 4096`;
export const sync = (name: string): string => `2 fdatasync(6</r/s/${name}>) = 0`;
export const rename = (from: string, to: string): string =>
  `1 rename("/r/s/${from}", "/r/s/${to}") = 0`;
export const mark = (text: string): string =>
  `1 write(3</r/marks>, "${text}", ${text.length}) = ${text.length}`;
export const remove = (name: string): string => `1 unlink("/r/s/${name}") = 0`;
export const SYNC_STORE = '1 fsync(7</r/s>) = 0';

/** A new store, a write, a second segment that takes over, a commit, and the first one goes. */
export const LIFE: Life = [
  ['make', '1 mkdir("/r/s", 0700) = 0'],
  ['sync above', '1 fsync(7</r>) = 0'],
  ['create one', open('one.tmp')],
  ['fill one', write('one.tmp', 0, 65_536)],
  ['sync one', sync('one.tmp')],
  ['name one', rename('one.tmp', ONE)],
  ['sync name one', SYNC_STORE],
  ['create superblock', open('superblock.tmp')],
  ['fill slot 0', slot('superblock.tmp', 0, 1, 1, STORE_CLEAN)],
  ['fill slot 1', slot('superblock.tmp', 1, 1, 1, STORE_CLEAN)],
  ['sync superblock', sync('superblock.tmp')],
  ['name superblock', rename('superblock.tmp', 'superblock')],
  ['sync name superblock', SYNC_STORE],
  ['open slot 0', slot('superblock', 0, 2, 1)],
  ['sync slot 0', sync('superblock')],
  ['open slot 1', slot('superblock', 1, 3, 1)],
  ['sync slot 1', sync('superblock')],
  ['begin 1', mark('begin 1')],
  ['end 1', mark(`end 1 ${ONE}:4096:4200`)],
  ['write record', write(ONE, 4096, 4200)],
  ['sync record', sync(ONE)],
  ['acknowledged 1', mark('acknowledged 1')],
  ['create two', open('two.tmp')],
  ['fill two', write('two.tmp', 0, 65_536)],
  ['sync two', sync('two.tmp')],
  ['name two', rename('two.tmp', TWO)],
  ['sync name two', SYNC_STORE],
  ['commit slot 0', slot('superblock', 0, 4, 2)],
  ['sync commit 0', sync('superblock')],
  ['commit slot 1', slot('superblock', 1, 5, 2)],
  ['sync commit 1', sync('superblock')],
  ['remove one', remove(ONE)],
  ['begin 2', mark('begin 2')],
  ['end 2', mark(`end 2 ${TWO}:4096:4300`)],
  ['write second', write(TWO, 4096, 4300)],
  ['sync second', sync(TWO)],
  ['acknowledged 2', mark('acknowledged 2')],
];

/** The same without calls that write records: they are stored into mapped files. */
export const MAPPED: Life = LIFE.flatMap(([name, line]) => {
  if (name === 'write record' || name === 'write second') return [];
  const map = `1 mmap(NULL, 65536, PROT_READ|PROT_WRITE, MAP_SHARED, 5</r/s/${name.slice(5)}.tmp>, 0) = 0x7f`;
  return name === 'fill one' || name === 'fill two'
    ? [['map', map] as const, [name, line] as const]
    : [[name, line] as const];
});

export const judge = (life: Life, before = NOTHING_BEFORE): Verdict =>
  judgeTrace(life.map(([, line]) => line).join('\n'), PLACES, before);
export const broken = (life: Life, before = NOTHING_BEFORE): string[] => [
  ...new Set(judge(life, before).violations.map(({ rule }) => rule)),
];

export function indexOf(life: Life, name: string): number {
  const found = life.findIndex(([one]) => one === name);
  if (found < 0) throw new Error(`no line ${name}`);
  return found;
}

export const without = (name: string, life = LIFE): Life => life.toSpliced(indexOf(life, name), 1);
export const instead = (name: string, line: string, life = LIFE): Life =>
  life.with(indexOf(life, name), [name, line]);

/** A line put behind another one, as a new line or taken from where it stood. */
export function behind(name: string, moved: string, life = LIFE, line?: string): Life {
  const text = line ?? life[indexOf(life, moved)]?.[1] ?? '';
  const rest = line === undefined ? without(moved, life) : life;
  return rest.toSpliced(indexOf(rest, name) + 1, 0, [moved, text]);
}
