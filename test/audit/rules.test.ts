// Every rule of the audit on a short life of a store, written by hand as strace would: kept as it
// is, broken when one line is missing, fails, or stands elsewhere.

import test from 'ava';

import { segmentName } from '../../src/format/file-name.js';
import { RULES } from './rules.js';
import {
  behind,
  broken,
  indexOf,
  instead,
  judge,
  LIFE,
  type Life,
  MAPPED,
  mark,
  ONE,
  open,
  remove,
  rename,
  SYNC_STORE,
  slotText,
  sync,
  TWO,
  without,
  write,
} from './traced-life.js';

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

test('an old segment that is made sound in place is led to only once it is synced', (t) => {
  const before = {
    names: ['superblock', ONE],
    withRecords: [ONE],
    superblock: slotText(0, 1, 1) + slotText(1, 1, 1),
    areNamesSynced: true,
    isRepairedInPlace: true,
  };
  const start = indexOf(LIFE, 'open slot 0');
  const persist = ['persist', sync('superblock')] as const;
  const reopened: Life = [
    persist,
    ['repair', sync(ONE)],
    ...LIFE.slice(start, indexOf(LIFE, 'create two')),
  ];
  t.deepEqual(broken(reopened, before), []);
  t.deepEqual(broken(without('repair', reopened), before), ['names-before-commit']);
  const copied = { ...before, isRepairedInPlace: false };
  t.deepEqual(broken(reopened, copied), ['names-before-commit'], 'nothing old is trusted');
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
  t.deepEqual(then(mark('acknowledged 1')), ['acknowledged-bytes-are-synced']);
  const begun: Life = [...failed, ['begin', mark('begin 2')], ['end', mark('end 2 ')]];
  t.true(broken([...begun, ['then', mark('acknowledged 2')]]).includes('nothing-after-failure'));
  t.deepEqual(then(write('LOCK', 0, 512)), []);
  const full = `2 pwrite64(6</r/s/one.tmp>, "", 4096, 0) = -1 ENOSPC (No space left on device)`;
  const goesOn = behind('create one', 'full', LIFE, full);
  t.deepEqual(broken(goesOn), [], 'a full disk is a state to leave');
  const lost = instead('write record', write(ONE, 4096, 4200).replace('= 104', '= -1 EIO (x)'));
  t.true(broken(lost).includes('nothing-after-failure'));
});

test('what another thread was preparing when a sync failed may come to its end, once', (t) => {
  const rule = ['nothing-after-failure'];
  const failure = `2 fdatasync(6</r/s/${ONE}>) = -1 EIO (Input/output error) (INJECTED)`;
  const failed: Life = [...LIFE.slice(0, indexOf(LIFE, 'sync record')), ['fails', failure]];
  const prepare = (thread: number, name: string): Life =>
    [open(name), write(name, 0, 4096), sync(name), rename(name, ONE), SYNC_STORE].map((line) => [
      'prepare',
      line.replace(/^\d/, String(thread)),
    ]);
  t.deepEqual(broken([...failed, ...prepare(3, 'preparing-l00-2.tmp')]), []);
  t.deepEqual(broken([...failed, ...prepare(2, 'preparing-l00-2.tmp')]), rule, 'it knows');
  t.deepEqual(broken([...failed, ...prepare(3, 'superblock.tmp')]), rule);
  const twice = ['preparing-l00-2.tmp', 'preparing-l00-3.tmp'].flatMap((name) => prepare(3, name));
  t.deepEqual(broken([...failed, ...twice]), rule);
});

test('calls that the audit cannot follow are errors', (t) => {
  const line = (text: string) => () => judge([['x', text]]);
  const ring = (flags: string) => `1 io_uring_setup(64, {flags=${flags}, sq_thread_cpu=0}) = 9`;
  t.throws(line(ring('IORING_SETUP_SQPOLL|0x10000')), { message: /io_uring/ });
  t.notThrows(line(ring('0x10000')), 'what an event loop waits for');
  t.throws(line('1 sync() = 0'), { message: /syncs more/ });
  t.throws(line(`1 writev(5</r/s/${ONE}>, [], 0) = 0`), { message: /where it writes/ });
  t.throws(line(`1 sync_file_range(5</r/s/${ONE}>, 0, 0, 0) = 0`), { message: /not known/ });
  const over = '1 openat(AT_FDCWD</r>, "/r/s/a", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 5</r/s/a>';
  t.throws(line(over), { message: /may exist/ });
  t.throws(line(mark('end 1 nowhere:1:2')), { message: /without a beginning/ });
});
