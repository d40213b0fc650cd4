// One store, one owner: among the stores of a process, among processes, with flock and without.

import test from 'ava';

import { open } from '../../src/index.js';
import { openIn } from '../../src/store/open.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import { startStoreChild } from '../support/store-children.js';
import { newPath, openAt, openNew, rejectsWith } from '../support/stores.js';

test('a second open in the same process is STORE_LOCKED and names the process', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  for (const options of [{}, { readOnly: true }, { createIfMissing: false }]) {
    const error = await rejectsWith(t, 'STORE_LOCKED', open(store.path, options));
    t.is(error.found, process.pid);
    t.true(error.message.includes(String(process.pid)));
  }
  await store.put('b', 2);
  await store.close();
  const again = await openAt(t, store.path);
  t.is(again.count(), 2);
});

test('of many opens at once one wins', async (t) => {
  const path = newPath(t);
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => open(path)));
  const opened = results.filter((result) => result.status === 'fulfilled');
  t.is(opened.length, 1);
  for (const result of results) {
    if (result.status === 'fulfilled') await result.value.close();
    else await rejectsWith(t, 'STORE_LOCKED', Promise.reject(result.reason));
  }
});

for (const isNative of [true, false]) {
  const how = isNative ? 'with flock' : 'without flock';

  test(`a store of a living process is STORE_LOCKED, of a killed one it opens (${how})`, async (t) => {
    const path = newPath(t);
    const owner = await startStoreChild(t, { kind: 'hold', path });
    for (const readOnly of [false, true]) {
      const refused = openIn(nodeEnvironment(isNative), path, { readOnly });
      const error = await rejectsWith(t, 'STORE_LOCKED', refused);
      t.is(error.found, owner.answer.pid);
      t.true(error.message.includes(String(owner.answer.pid)));
    }
    owner.child.kill('SIGKILL');
    await owner.ended;
    const store = await openIn(nodeEnvironment(isNative), path);
    await store.put('a', 1);
    await store.close();
  });

  test(`another process is refused while this one has the store (${how})`, async (t) => {
    const store = await openIn(nodeEnvironment(isNative), newPath(t));
    t.teardown(() => store.close());
    await store.put('a', 1);
    const { answer } = await startStoreChild(t, { kind: 'refuse', path: store.path });
    t.is(answer.code, 'STORE_LOCKED');
    await store.close();
    const second = await startStoreChild(t, { kind: 'refuse', path: store.path });
    t.is(second.answer.code, 'opened');
  });
}

test('an open that fails gives the lock back', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 10; key++) void store.put(key, 1);
  await store.close();
  const failing = open(store.path, {
    onProgress: () => {
      throw new Error('the caller fails');
    },
  });
  await t.throwsAsync(failing, { message: 'the caller fails' });
  const again = await openAt(t, store.path);
  t.is(again.count(), 10);
});
