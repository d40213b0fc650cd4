// Every rule of the audit on a short life of a store, written by hand as strace would: kept as it
// is, broken when one line is missing, fails, or stands elsewhere.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import { segmentName } from '../../src/format/file-name.js';
import { encodeSuperblockSlot, STORE_CLEAN, STORE_OPEN } from '../../src/format/superblock.js';
import { judgeTrace, type Verdict } from './judge.js';
import { RULES } from './rules.js';
import { NOTHING_BEFORE } from './traced-store.js';

const PLACES = { store: '/r/s', marks: '/r/marks' };
const ONE = segmentName(0, 1);
const TWO = segmentName(0, 2);

/** Lines of a trace by names, so that a test can say which one it changes. */
type Life = readonly (readonly [name: string, line: string])[];

function slotBytes(slot: number, counter: number, first: number, state = STORE_OPEN): string {
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
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

const open = (name: string): string =>
  `1 openat(AT_FDCWD</r>, "/r/s/${name}", O_RDWR|O_CREAT|O_EXCL, 0600) = 5</r/s/${name}>`;
const write = (name: string, from: number, end: number): string =>
  `1 pwrite64(5</r/s/${name}>, "abc"..., ${end - from}, ${from}) = ${end - from}`;
const slot = (
  name: string,
  number: number,
  counter: number,
  first: number,
  state?: number,
): string =>
  `1 pwrite64(5</r/s/${name}>, "${slotBytes(number, counter, first, state)}", 4096, ${number * 4096}) = 4096`;
const sync = (name: string): string => `2 fdatasync(6</r/s/${name}>) = 0`;
const rename = (from: string, to: string): string => `1 rename("/r/s/${from}", "/r/s/${to}") = 0`;
const mark = (text: string): string =>
  `1 write(3</r/marks>, "${text}", ${text.length}) = ${text.length}`;
const remove = (name: string): string => `1 unlink("/r/s/${name}") = 0`;
const SYNC_STORE = '1 fsync(7</r/s>) = 0';

/** A new store, a write, a second segment that takes over, a commit, and the first one goes. */
const LIFE: Life = [
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
const MAPPED: Life = LIFE.flatMap(([name, line]) => {
  if (name === 'write record' || name === 'write second') return [];
  const map = `1 mmap(NULL, 65536, PROT_READ|PROT_WRITE, MAP_SHARED, 5</r/s/${name.slice(5)}.tmp>, 0) = 0x7f`;
  return name === 'fill one' || name === 'fill two'
    ? [['map', map] as const, [name, line] as const]
    : [[name, line] as const];
});

const judge = (life: Life): Verdict =>
  judgeTrace(life.map(([, line]) => line).join('\n'), PLACES, NOTHING_BEFORE);
const broken = (life: Life): string[] => [
  ...new Set(judge(life).violations.map(({ rule }) => rule)),
];

function indexOf(life: Life, name: string): number {
  const found = life.findIndex(([one]) => one === name);
  if (found < 0) throw new Error(`no line ${name}`);
  return found;
}

const without = (name: string, life = LIFE): Life => life.toSpliced(indexOf(life, name), 1);
const instead = (name: string, line: string, life = LIFE): Life =>
  life.with(indexOf(life, name), [name, line]);

/** A line put behind another one, as a new line or taken from where it stood. */
function behind(name: string, moved: string, life = LIFE, line?: string): Life {
  const text = line ?? life[indexOf(life, moved)]?.[1] ?? '';
  const rest = line === undefined ? without(moved, life) : life;
  return rest.toSpliced(indexOf(rest, name) + 1, 0, [moved, text]);
}

test('a life that keeps every rule is accepted, and every rule but one was asked', (t) => {
  for (const life of [LIFE, MAPPED]) {
    const verdict = judge(life);
    t.deepEqual(verdict.violations, []);
    t.is(verdict.acknowledgements, 2);
    const silent = RULES.filter(({ name }) => verdict.asked.get(name) === 0);
    const hasWrites = life === LIFE;
    t.deepEqual(
      silent.map(({ name }) => name),
      hasWrites ? ['nothing-after-failure'] : ['appended-only', 'nothing-after-failure'],
    );
  }
});

test('an acknowledgement without a sync of its bytes is found', (t) => {
  const rule = ['acknowledged-bytes-are-synced'];
  t.deepEqual(broken(without('sync record')), rule);
  t.deepEqual(broken(without('sync record', MAPPED)), rule);
  t.deepEqual(broken(without('write record')), rule);
  t.deepEqual(broken(behind('acknowledged 1', 'sync record')), rule);
  t.deepEqual(broken(instead('sync record', sync(TWO))), rule);
  t.deepEqual(broken(instead('sync record', `2 fdatasync(6</r/s/${ONE}>) = ?`)), rule);
  t.deepEqual(broken(instead('write record', write(ONE, 4096, 4199))), rule);
});

test('a sync that began before the bytes were there covers nothing', (t) => {
  const rule = ['acknowledged-bytes-are-synced'];
  const begun = `2 fdatasync(6</r/s/${ONE}> <unfinished ...>`;
  const ended = '2 <... fdatasync resumed>) = 0';
  for (const life of [LIFE, MAPPED]) {
    const early = instead('sync record', ended, behind('sync slot 1', 'early', life, begun));
    t.deepEqual(broken(early), rule);
  }
  const written = instead('sync record', ended, behind('end 1', 'early', LIFE, begun));
  t.deepEqual(broken(written), rule);
  const late = instead('sync record', ended, behind('write record', 'early', LIFE, begun));
  t.deepEqual(broken(late), []);
});

test('an acknowledgement covers every write before it', (t) => {
  const life = LIFE.filter(([name]) => name !== 'acknowledged 1');
  t.deepEqual(broken(life), []);
  t.deepEqual(broken(without('sync record', life)), ['acknowledged-bytes-are-synced']);
});

test('an acknowledgement of bytes whose names may be lost is found', (t) => {
  const rule = 'acknowledged-names-are-synced';
  t.deepEqual(broken(without('sync above')), [rule]);
  t.deepEqual(broken(behind('acknowledged 2', 'sync above')), [rule]);
  t.true(broken(without('sync name superblock')).includes(rule));
  t.true(broken(without('sync name two')).includes(rule));
  const failing = instead('sync above', '1 fsync(7</r>) = ?');
  t.deepEqual(broken(failing), [rule]);
});

test('an acknowledgement while a slot calls the store clean, or is not synced, is found', (t) => {
  const rule = ['acknowledged-names-are-synced'];
  const opening = LIFE.filter(([name]) => !/^(?:open|sync) slot/.test(name));
  t.deepEqual(broken(opening), rule);
  t.deepEqual(broken(behind('acknowledged 1', 'sync slot 1')), rule);
});

test('a name that comes before its content is synced is found', (t) => {
  const rule = 'content-before-name';
  for (const name of ['sync one', 'sync superblock', 'sync two']) {
    t.true(broken(without(name)).includes(rule), name);
  }
  t.true(broken(behind('name two', 'sync two')).includes(rule));
  const direct = behind('acknowledged 2', 'direct', LIFE, open(segmentName(0, 3)));
  t.deepEqual(broken(direct), [rule]);
});

test('a commit that leads to what a cut can take away is found', (t) => {
  const rule = 'names-before-commit';
  t.true(broken(without('sync name one')).includes(rule));
  t.true(broken(without('sync name two')).includes(rule));
  t.true(broken(without('sync two')).includes(rule));
  t.deepEqual(broken(behind('sync commit 0', 'sync name two')), [rule]);
  t.true(broken(behind('remove one', 'name two')).includes(rule), 'not there');
});

test('a removal before the commit that allows it is found', (t) => {
  const rule = ['commit-before-removal'];
  t.deepEqual(broken(behind('sync name two', 'remove one')), rule);
  t.deepEqual(broken(behind('commit slot 0', 'remove one')), rule);
  t.deepEqual(broken(behind('sync commit 0', 'remove one')), rule, 'the other slot leads to it');
  t.deepEqual(broken(behind('commit slot 1', 'remove one')), rule);
  const recycled = behind('sync name two', 'recycle', LIFE, rename(ONE, 'three.tmp'));
  t.deepEqual(broken(without('remove one', recycled)), rule);
  const all = behind('acknowledged 2', 'remove superblock', LIFE, remove('superblock'));
  t.deepEqual(broken(all), rule);
});

test('a slot that is written while the other is not synced is found', (t) => {
  const rule = 'one-slot-at-a-time';
  t.deepEqual(broken(without('sync slot 0')), [rule]);
  t.deepEqual(broken(behind('open slot 1', 'sync slot 0')), [rule]);
  t.true(broken(without('sync superblock')).includes(rule));
});

test('a renamed file that is written before its directory is synced is found', (t) => {
  const rule = 'name-before-rewrite';
  const temporary = 'three.tmp';
  const recycled: Life = [
    ...without('remove one'),
    ['unname', rename(ONE, temporary)],
    ['sync unname', SYNC_STORE],
    ['header', write(temporary, 0, 4096)],
    ['sync header', sync(temporary)],
    ['name three', rename(temporary, segmentName(0, 3))],
    ['sync name three', SYNC_STORE],
  ];
  t.deepEqual(broken(recycled), []);
  t.deepEqual(broken(without('sync unname', recycled)), [rule]);
  t.deepEqual(broken(behind('header', 'sync unname', recycled)), [rule]);
});

test('synced bytes of a segment that are written again, or cut off, are found', (t) => {
  const rule = ['appended-only'];
  const again = (from: number, end: number): Life =>
    behind('acknowledged 1', 'again', LIFE, write(ONE, from, end));
  t.deepEqual(broken(again(4196, 4300)), rule);
  t.deepEqual(broken(again(4000, 5000)), rule);
  t.deepEqual(broken(again(4200, 4300)), []);
  const cut = behind('acknowledged 1', 'cut', LIFE, `1 ftruncate(5</r/s/${ONE}>, 4200) = 0`);
  t.deepEqual(broken(cut), rule);
});

test('anything that happens to the store after a failure is found', (t) => {
  const rule = ['nothing-after-failure'];
  const failure = `2 fdatasync(6</r/s/${ONE}>) = -1 EIO (Input/output error) (INJECTED)`;
  const end = indexOf(LIFE, 'sync record');
  const failed: Life = [...LIFE.slice(0, end), ['fails', failure], ['refused', mark('refused 1')]];
  const then = (line: string): string[] => broken([...failed, ['then', line]]);
  t.deepEqual(broken(failed), []);
  t.true((judge(failed).asked.get('nothing-after-failure') ?? 0) > 0);
  t.deepEqual(then(sync(ONE)), rule);
  t.deepEqual(then(sync('superblock')), rule);
  t.deepEqual(then(write(ONE, 5000, 5100)), rule);
  t.deepEqual(then(open('three.tmp')), rule);
  t.deepEqual(then(remove('other')), rule);
  t.deepEqual(then(SYNC_STORE), rule);
  t.true(then(mark('acknowledged 1')).includes('nothing-after-failure'));
  t.deepEqual(then(write('LOCK', 0, 512)), []);
  const full = `2 pwrite64(6</r/s/one.tmp>, "", 4096, 0) = -1 ENOSPC (No space left on device)`;
  const goesOn = behind('create one', 'full', LIFE, full);
  t.deepEqual(broken(goesOn), [], 'a full disk is a state to leave');
  const lost = instead('write record', write(ONE, 4096, 4200).replace('= 104', '= -1 EIO (x)'));
  t.true(broken(lost).includes('nothing-after-failure'));
});

test('calls that the audit cannot follow are errors', (t) => {
  const line = (text: string) => () => judge([['x', text]]);
  t.throws(line('1 io_uring_enter(9, 1, 0, 0, NULL, 8) = 1'), { message: /io_uring/ });
  t.throws(line('1 sync() = 0'), { message: /syncs more/ });
  t.throws(line(`1 writev(5</r/s/${ONE}>, [], 0) = 0`), { message: /where it writes/ });
  t.throws(line(`1 sync_file_range(5</r/s/${ONE}>, 0, 0, 0) = 0`), { message: /not known/ });
  const over = '1 openat(AT_FDCWD</r>, "/r/s/a", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 5</r/s/a>';
  t.throws(line(over), { message: /may exist/ });
  t.throws(line(mark('end 1 nowhere:1:2')), { message: /without a beginning/ });
});
