// The real world of a store, and a world without native packages.

import test from 'ava';
import { openIn } from '../../src/store/open.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import { newPath, openAt, rejectsWith } from '../support/stores.js';

test('ids of stores are random, sixteen bytes', (t) => {
  const environment = nodeEnvironment();
  const ids = Array.from({ length: 100 }, () => environment.newStoreId());
  t.true(ids.every((id) => id.length === 16));
  t.is(new Set(ids.map((id) => Buffer.from(id).toString('hex'))).size, 100);
  t.true(environment.mark > 0);
  t.is(environment.lanesMax, 1);
});

test('without native packages a store is buffered, and the same store', async (t) => {
  const path = newPath(t);
  const plain = await openIn(nodeEnvironment(false), path, { segmentBytes: 65_536 });
  t.is(plain.stats().io, 'buffered');
  for (let key = 0; key < 100; key++) void plain.put(key, 'x'.repeat(3000));
  await plain.close();
  const native = await openAt(t, path);
  t.is(native.count(), 100);
  await native.put('more', 1);
  await native.close();
  const again = await openIn(nodeEnvironment(false), path);
  t.is(again.count(), 101);
  await again.close();
});

test('mapping that was asked for and is not possible is IO_ERROR, and makes no store', async (t) => {
  const path = newPath(t);
  const error = await rejectsWith(
    t,
    'IO_ERROR',
    openIn(nodeEnvironment(false), path, { io: 'mapped' }),
  );
  t.regex(error.message, /option io/);
  t.is(error.file, path);
  await rejectsWith(
    t,
    'STORE_NOT_FOUND',
    openIn(nodeEnvironment(false), path, { createIfMissing: false }),
  );
});
