// Records as facts: sequences, contents, keys of every encoding.

import test from 'ava';
import { putVariety } from '../support/fixture-case.js';
import { LogBuilder } from '../support/log-builder.js';
import { factsOf, only, storeDisk } from '../support/segment-facts.js';

test('a record states its full sequence by its own era, or by that of its segment', (t) => {
  const log = new LogBuilder({ era: 3 });
  const sealed = log.segment({ generation: 1, isSealed: true });
  log.sealed(sealed, 2, 9, ['a', 1]);
  log.seal(sealed, 2);
  const live = log.segment({ generation: 2 });
  log.put(live, 'b', 2);
  log.openSuperblock([{ first: 1, live: 2 }]);
  const disk = storeDisk(log.files);
  const [own, trailer] = only(factsOf(disk, sealed.name), 'record');
  t.like(own, { sequence: 2 * 2 ** 32 + 9, low: 9, era: 2, type: 'put' });
  t.like(trailer, { sequence: 0, low: 0, type: 'rotation trailer', number: 2 });
  const [current] = only(factsOf(disk, live.name), 'record');
  t.like(current, { sequence: 3 * 2 ** 32 + 1, low: 1, era: 3 });
});

test('every kind of record shows what it holds', (t) => {
  const log = new LogBuilder();
  const segment = log.segment({ generation: 1 });
  putVariety(log, segment);
  log.openSuperblock([{ first: 1 }]);
  const facts = factsOf(storeDisk(log.files), segment.name);
  const records = only(facts, 'record');
  t.is(records.length, 11);
  t.deepEqual(
    records.map(({ offset }) => offset),
    segment.offsets,
  );
  t.like(records[0], { entry: { key: 'alpha', keyBytes: 6, valueBytes: 1 } });
  t.deepEqual(records[1]?.entry, { key: ['user', 42, 'name'], keyBytes: 22, valueBytes: 4 });
  t.like(records[4], { type: 'batch', operations: 3, sequence: 5 });
  t.deepEqual(records[5]?.commit, { offsets: { orders: 17, 'orders-eu': 4 }, watermark: -5 });
  t.is(records[9]?.number, 4294967299);
  const operations = only(facts, 'operation');
  t.deepEqual(
    operations.map(({ type, sequence }) => `${type} ${sequence}`),
    ['put 5', 'put 5', 'delete 5', 'put 6'],
  );
});

test('keys are shown in the encoding asked for, and as hex where they are none of it', (t) => {
  const log = new LogBuilder();
  const segment = log.segment({ generation: 1 });
  segment.append({ kind: 'put', sequence: 1, durable: 0, key: '61ff', value: '01' });
  segment.append({ kind: 'put', sequence: 2, durable: 0, key: '6162', value: '01' });
  log.openSuperblock([{ first: 1 }]);
  const disk = storeDisk(log.files);
  const keysIn = (keyEncoding: 'ordered' | 'utf8' | 'binary') =>
    only(factsOf(disk, segment.name, { keyEncoding }), 'record').map(({ entry }) => {
      const { keyBytes, valueBytes, ...key } = entry!;
      t.deepEqual([keyBytes, valueBytes], [2, 1]);
      return key;
    });
  t.deepEqual(keysIn('ordered'), [{ keyHex: '61ff' }, { keyHex: '6162' }]);
  t.deepEqual(keysIn('utf8'), [{ keyHex: '61ff' }, { key: 'ab' }]);
  t.deepEqual(keysIn('binary'), [{ key: { $bytes: '61ff' } }, { key: { $bytes: '6162' } }]);
});

test('raw bytes are those of the record, padding included', (t) => {
  const log = new LogBuilder();
  const segment = log.segment({ generation: 1 });
  log.put(segment, 'a', 1);
  log.put(segment, 'b', 2);
  log.openSuperblock([{ first: 1 }]);
  const facts = factsOf(storeDisk(log.files), segment.name, { hasRaw: true });
  const [, second] = only(facts, 'record');
  const start = segment.offsets[1]!;
  t.is(second?.raw?.offset, start);
  t.deepEqual(second?.raw?.bytes, segment.bytes.slice(start, segment.end));
});
