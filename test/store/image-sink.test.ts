// After a clean close the store goes on in the same segments, its records where they were.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { openAt, openNew, SMALL } from '../support/stores.js';

function segmentsOf(path: string): string[] {
  return readdirSync(path).filter((name) => name.startsWith('wal-'));
}

for (const io of ['auto', 'buffered'] as const) {
  test(`a store opened and closed without a write is the same, byte by byte (${io})`, async (t) => {
    const options = { ...SMALL, io };
    const store = await openNew(t, options);
    for (let key = 0; key < 100; key++) void store.put(key, 'x'.repeat(3000));
    await store.close();
    const names = readdirSync(store.path);
    const bytes = () =>
      names.filter((name) => name !== 'LOCK').map((name) => readFileSync(join(store.path, name)));
    const before = bytes();
    for (let round = 0; round < 2; round++) {
      const again = await openAt(t, store.path, options);
      t.is(again.count(), 100);
      await again.close();
    }
    t.deepEqual(readdirSync(store.path), names);
    t.true(bytes().every((content, index) => content.equals(before[index]!)));
  });

  test(`a store goes on in its last segment, over many openings (${io})`, async (t) => {
    const options = { memoryBytes: 16 * 1048576, segmentBytes: 262_144, io };
    const store = await openNew(t, options);
    await store.put('first', 0);
    await store.close();
    const [segment = ''] = segmentsOf(store.path);
    let last = 1;
    for (let round = 0; round < 3; round++) {
      const again = await openAt(t, store.path, options);
      for (let key = 0; key < 10; key++) void again.put([round, key], 'x'.repeat(100));
      const version = again.getEntry([round, 9])?.version ?? 0;
      t.is(version, last + 10);
      last = version;
      await again.close();
      t.deepEqual(segmentsOf(store.path), [segment]);
    }
    const again = await openAt(t, store.path, options);
    t.is(again.count(), 31);
    t.is(again.get('first'), 0);
  });
}

test('a store is opened mapped and buffered in turns', async (t) => {
  const store = await openNew(t, { ...SMALL, io: 'buffered' });
  const { path } = store;
  await store.close();
  for (let round = 0; round < 4; round++) {
    const io = round % 2 === 0 ? 'auto' : 'buffered';
    const again = await openAt(t, path, { ...SMALL, io });
    for (let key = 0; key < 10; key++) void again.put([round, key], 'x'.repeat(2000));
    await again.close();
  }
  const last = await openAt(t, path, SMALL);
  t.is(last.count(), 40);
  for (const value of last.values()) t.is(value, 'x'.repeat(2000));
});

test('segments of another length than before are gone on with', async (t) => {
  const store = await openNew(t, { segmentBytes: 65_536 });
  const { path } = store;
  for (let key = 0; key < 50; key++) void store.put(key, 'x'.repeat(5000));
  await store.close();
  for (const segmentBytes of [1048576, 131_072, 65_536]) {
    const again = await openAt(t, path, { segmentBytes });
    const count = again.count();
    for (let key = 0; key < 50; key++) void again.put([segmentBytes, key], 'x'.repeat(5000));
    await again.close();
    const reader = await openAt(t, path, { readOnly: true });
    t.is(reader.count(), count + 50);
    await reader.close();
  }
});
