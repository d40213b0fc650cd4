// Both slots as facts, whatever they hold.

import test from 'ava';

import { problemText, superblockFacts } from '../../src/cli/dump-superblock.js';
import { SLOT_BYTES } from '../../src/format/superblock.js';
import { beginLog } from '../support/fixture-case.js';
import { TestDisk } from '../support/test-disk.js';

function diskWith(superblock?: Uint8Array): TestDisk {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  if (superblock !== undefined) disk.writeFileRaw('/store/superblock', superblock);
  return disk;
}

function superblock(): Uint8Array {
  const { log, first } = beginLog();
  return log.cleanSuperblock([{ first: 1, last: first }]);
}

test('the newest valid slot holds, and a closed store is known by both', (t) => {
  const { facts, block, isClean } = superblockFacts(diskWith(superblock()), '/store', false);
  t.deepEqual(
    facts.map((fact) => fact.fact === 'slot' && fact.holds),
    [false, true],
  );
  t.is(block?.counter, 7);
  t.true(isClean);
});

test('with a damaged slot the other one holds, and a clean close is not believed', (t) => {
  const bytes = superblock();
  bytes[SLOT_BYTES + 100] = 9;
  const { facts, block, isClean } = superblockFacts(diskWith(bytes), '/store', false);
  t.like(facts[1], { fact: 'slot', holds: false, problem: 'damaged (the checksum does not hold)' });
  t.is(block?.counter, 6);
  t.false(isClean);
});

test('a file that is cut off, zeroed or missing gives facts too', (t) => {
  const cut = superblockFacts(diskWith(superblock().slice(0, 5000)), '/store', true);
  t.like(cut.facts[1], { problem: 'cut off' });
  t.is(cut.block?.counter, 6);
  const zeroed = superblockFacts(diskWith(new Uint8Array(8192)), '/store', false);
  t.like(zeroed.facts[0], { problem: 'all zeros' });
  t.is(zeroed.block, undefined);
  const missing = superblockFacts(diskWith(), '/store', false);
  t.deepEqual(missing.facts, [
    { fact: 'file', file: 'superblock', note: 'missing', isDamage: true },
  ]);
});

test('a file that cannot be read gives a fact that says why', (t) => {
  const disk = diskWith(superblock());
  disk.failAt({ operation: 'read', nth: 1 });
  const { facts } = superblockFacts(disk, '/store', false);
  t.regex(facts[0]?.fact === 'file' ? facts[0].note : '', /EIO/);
});

test('raw bytes come along only when asked for', (t) => {
  const disk = diskWith(superblock());
  const [plain] = superblockFacts(disk, '/store', false).facts;
  t.false(plain !== undefined && 'raw' in plain);
  const [, second] = superblockFacts(disk, '/store', true).facts;
  t.like(second, { raw: { structure: 'superblock-slot', offset: SLOT_BYTES } });
});

test('every problem of a header has words of its own', (t) => {
  const problems = ['short', 'zero', 'magic', 'version', 'kind', 'checksum', 'fields'];
  t.is(new Set(problems.map((problem) => problemText(problem, 2))).size, problems.length);
  t.is(problemText('version', 2), 'format version 2, this release reads version 1');
});
