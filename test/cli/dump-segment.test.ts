// One segment as facts: where and why reading stops, for every kind of damage.

import test from 'ava';

import { beginLog, putCities } from '../support/fixture-case.js';
import { LogBuilder } from '../support/log-builder.js';
import { factsOf, only, storeDisk } from '../support/segment-facts.js';

function unclean() {
  const { log, first } = beginLog();
  putCities(log, first, 1, 3);
  log.openSuperblock([{ first: 1 }]);
  return { log, first };
}

test('a regular end is where the records end', (t) => {
  const { log, first } = unclean();
  const [stop] = only(factsOf(storeDisk(log.files), first.name), 'stop');
  t.like(stop, { offset: first.end, reason: 'end', records: 3, isRegular: true });
  t.is(stop?.bytesEnd, first.end);
});

test('damage before other records is no regular end', (t) => {
  for (const [at, reason] of [
    [30, 'checksum'],
    [2, 'length'],
  ] as const) {
    const { log, first } = unclean();
    first.damage(1, at);
    const [stop] = only(factsOf(storeDisk(log.files), first.name), 'stop');
    t.like(stop, { offset: first.offsets[1]!, reason, records: 1, isRegular: false });
    t.like(stop?.beyond, { records: 1, offset: first.offsets[2]!, sequence: 3 });
  }
});

test('damage with nothing behind it may be a torn write', (t) => {
  const { log, first } = unclean();
  first.damage(2, 30);
  const [stop] = only(factsOf(storeDisk(log.files), first.name), 'stop');
  t.like(stop, { reason: 'checksum', isRegular: true, bytesEnd: first.end - 6 });
});

test('a log of a closed store that ends too early is damage, also without anything behind it', (t) => {
  const { log, first } = unclean();
  log.cleanSuperblock([{ first: 1, last: first }]);
  const [whole] = only(factsOf(storeDisk(log.files), first.name), 'stop');
  t.like(whole, { isCleanEnd: true, isRegular: true });
  first.damage(2, 30);
  const [stop] = only(factsOf(storeDisk(log.files), first.name), 'stop');
  t.like(stop, { isCleanEnd: false, isRegular: false });
});

test('a sealed segment that does not end with its trailer is damage', (t) => {
  const log = new LogBuilder({ era: 1 });
  const sealed = log.segment({ generation: 1, isSealed: true });
  log.sealed(sealed, 0, 1, ['a', 1]);
  log.openSuperblock([{ first: 1, live: 2 }]);
  const [stop] = only(factsOf(storeDisk(log.files), sealed.name), 'stop');
  t.like(stop, { reason: 'end', isRegular: false });
  log.seal(sealed, 2);
  const [sound] = only(factsOf(storeDisk(log.files), sealed.name), 'stop');
  t.like(sound, { reason: 'trailer', nextGeneration: 2, isRegular: true });
});

test('with a damaged header the records are read by the name, if the store is known', (t) => {
  const { log, first } = unclean();
  first.bytes[50]! ^= 1;
  const facts = factsOf(storeDisk(log.files), first.name);
  t.is(only(facts, 'record').length, 3);
  t.like(only(facts, 'segment')[0], {
    problems: ['header: damaged (the checksum does not hold)'],
    notes: ['read by its name'],
  });
  log.files.delete('superblock');
  const blind = factsOf(storeDisk(log.files), first.name);
  t.is(only(blind, 'record').length, 0);
  t.like(only(blind, 'stop')[0], { reason: 'unread', isRegular: false });
});

test('records before the sequence to begin with are counted, not shown', (t) => {
  const { log, first } = unclean();
  const facts = factsOf(storeDisk(log.files), first.name, { from: 3 });
  t.deepEqual(
    only(facts, 'record').map(({ sequence }) => sequence),
    [3],
  );
  t.is(only(facts, 'stop')[0]?.records, 3);
});

test('a file of another length than its header says is named, and read as far as it goes', (t) => {
  for (const length of [40000, 80000]) {
    const { log, first } = unclean();
    const bytes = new Uint8Array(length);
    bytes.set(first.bytes.subarray(0, Math.min(length, first.bytes.length)));
    log.files.set(first.name, bytes);
    const facts = factsOf(storeDisk(log.files), first.name);
    t.deepEqual(only(facts, 'segment')[0]?.problems, [`${length} bytes long instead of 65536`]);
    t.is(only(facts, 'record').length, 3);
  }
});

test('a file that cannot be read, or has gone, is a fact that says why', (t) => {
  const { log, first } = unclean();
  const disk = storeDisk(log.files);
  disk.failAt({ operation: 'read', path: first.name, nth: 1 });
  const [failed] = only(factsOf(disk, first.name), 'file');
  t.regex(failed?.note ?? '', /EIO/);
  const [gone] = only(factsOf(disk, 'wal-l00-0000000009.log'), 'file');
  t.regex(gone?.note ?? '', /ENOENT/);
});
