// The life of an open store: flushing, closing, what is left when nobody closes, and poison.

import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import test from 'ava';

import type { Key, Store } from '../../src/index.js';
import { openIn } from '../../src/store/open.js';
import { startStoreChild } from '../support/store-children.js';
import { newPath, openAt, openNew, rejectsWith, throwsWith } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

test('flush resolves and flushSync returns when everything written is durable', async (t) => {
  for (const io of ['auto', 'buffered'] as const) {
    const store = await openNew(t, { io, syncDelayMs: 1000 });
    await store.flush();
    store.flushSync();
    for (let key = 0; key < 100; key++) void store.put(key, key);
    store.flushSync();
    const stats = store.stats();
    t.is(stats.durableSequence, stats.sequence);
    void store.put('more', 1);
    await store.flush();
    t.true(store.stats().durableSequence >= store.getEntry('more')!.version);
    store.flushSync();
  }
});

test.serial('a write that is awaited is synced at once, whatever the delay of syncs', async (t) => {
  const store = await openNew(t, { syncDelayMs: 1000 });
  await store.put('warm', 1);
  const start = performance.now();
  for (let key = 0; key < 20; key++) t.true(await store.put(key, key));
  t.true(performance.now() - start < 10_000);
  t.true(store.stats().durableSequence >= store.getEntry(19)!.version);
});

test('closing makes all writes in flight durable; each of them resolves', async (t) => {
  for (const io of ['auto', 'buffered'] as const) {
    const store = await openNew(t, { io });
    const written: Promise<unknown>[] = [];
    for (let key = 0; key < 2000; key++) written.push(store.put(key, `value ${key}`));
    written.push(store.batch([{ type: 'put', key: 'batch', value: 1 }]));
    void store.put('ignored', 1);
    const closed = store.close();
    await rejectsWith(t, 'STORE_CLOSED', store.put('late', 1));
    await closed;
    for (const result of await Promise.all(written))
      t.true(result === true || result === undefined);
    const again = await openAt(t, store.path, { io });
    t.is(again.stats().recovery?.outcome, 'clean');
    t.is(again.count(), 2002);
    t.false(again.has('late'));
  }
});

test('closing again gives the same promise; the event close comes once, before it resolves', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  let events = 0;
  store.on('close', () => events++);
  const first = store.close();
  t.is(store.close(), first);
  await first;
  t.is(events, 1);
  t.is(store.close(), first);
  await store[Symbol.asyncDispose]();
  await sleep(20);
  t.is(events, 1);
});

test('await using closes the store', async (t) => {
  const path = newPath(t);
  {
    await using store = await openAt(t, path);
    void store.put('a', 1);
  }
  const again = await openAt(t, path);
  t.is(again.get('a'), 1);
});

test('after close every call is refused with STORE_CLOSED', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  await store.close();
  const throwing: (() => unknown)[] = [
    () => store.get('a'),
    () => store.getMany(['a']),
    () => store.getMany([]),
    () => store.getEntry('a'),
    () => store.has('a'),
    () => store.entries(),
    () => store.keys(),
    () => store.values(),
    () => store.count(),
    () => store.snapshot(),
    () => store.lastCommit(),
    () => store.stats(),
    () => store.flushSync(),
    () => store.transaction(() => 1),
  ];
  for (const call of throwing) throwsWith(t, 'STORE_CLOSED', call);
  const rejecting: (() => Promise<unknown>)[] = [
    () => store.put('a', 1),
    () => store.put('a', 1, { ifAbsent: true }),
    () => store.delete('a'),
    () => store.delete('a', { ifVersion: 1 }),
    () => store.batch([]),
    () => store.batch([{ type: 'delete', key: 'a' }]),
    () => store.commit({ offsets: {} }),
    () => store.clear(),
    () => store.flush(),
  ];
  for (const call of rejecting) await rejectsWith(t, 'STORE_CLOSED', call());
  t.is(typeof store.path, 'string');
});

test('a process that never closes ends by itself, its acknowledged writes made', async (t) => {
  const path = newPath(t);
  const { ended } = await startStoreChild(t, { kind: 'end', path, count: 500 });
  t.is(await ended, 0);
  const store = await openAt(t, path);
  t.is(store.count(), 500);
});

test('a process killed after its acknowledgement has lost nothing', async (t) => {
  for (const io of ['auto', 'buffered'] as const) {
    const path = newPath(t);
    const { answer, ended } = await startStoreChild(t, { kind: 'kill', path, io, count: 3000 });
    t.is(answer.seen, 3000);
    t.is(await ended, 'SIGKILL');
    const store = await openAt(t, path);
    t.is(store.stats().recovery?.outcome, 'unclean');
    t.is(store.count(), 3000);
    t.deepEqual(store.get(2999), { index: 2999 });
  }
});

interface OnTestDisk {
  store: Store<Key, unknown>;
  disk: TestDisk;
  environment: TestEnvironment;
}

async function onTestDisk(options: ConstructorParameters<typeof TestEnvironment>[1] = {}) {
  const disk = new TestDisk();
  const environment = new TestEnvironment(disk, options);
  const store = await openIn(environment, '/store', { segmentBytes: 65536 });
  return { store, disk, environment } satisfies OnTestDisk;
}

test('after a failed sync every call gets STORE_POISONED with the cause, ignored or not', async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const { store, disk } = await onTestDisk();
  await store.put('acknowledged', 1);
  const snapshot = store.snapshot();
  const iterator = store.keys()[Symbol.iterator]();
  disk.failAt({ operation: 'sync', nth: 1 });
  void store.put('ignored', 1);
  void store.batch([{ type: 'put', key: 'ignored too', value: 1 }]);
  const { durable } = store.transaction((tx) => tx.put('ignored as well', 1));
  const error = await rejectsWith(t, 'STORE_POISONED', store.put('awaited', 1));
  const cause = error.cause as { code?: string; file?: string };
  t.is(cause.code, 'IO_ERROR');
  t.regex(cause.file ?? '', /wal-/);
  await rejectsWith(t, 'STORE_POISONED', durable);
  disk.clearFaults();
  void store.put('later, ignored', 1);
  void store.delete('later, ignored');
  void store.batch([{ type: 'delete', key: 'a' }]);
  void store.commit({ offsets: {} });
  void store.clear();
  void store.flush();
  for (const call of [
    () => store.get('acknowledged'),
    () => store.has('acknowledged'),
    () => store.count(),
    () => store.flushSync(),
    () => store.lastCommit(),
    () => store.transaction(() => 1),
    () => store.snapshot(),
    () => snapshot.get('acknowledged'),
    () => iterator.next(),
  ]) {
    t.is((throwsWith(t, 'STORE_POISONED', call).cause as { code?: string }).code, 'IO_ERROR');
  }
  await rejectsWith(t, 'STORE_POISONED', store.put('later', 1));
  await rejectsWith(t, 'STORE_POISONED', store.clear());
  t.true(store.stats().isPoisoned);
  await rejectsWith(t, 'STORE_POISONED', store.close());
  await rejectsWith(t, 'STORE_CLOSED', store.put('later', 1));
  await new Promise(setImmediate);
  t.deepEqual(unhandled, []);
  const again = await openIn(new TestEnvironment(disk.kill()), '/store');
  t.is(again.get('acknowledged'), 1);
  await again.close();
});

test('the event error comes once, with the cause, and only to those who listen', async (t) => {
  const silent = await onTestDisk();
  silent.disk.failAt({ operation: 'sync', path: 'wal-', nth: 1 });
  await rejectsWith(t, 'STORE_POISONED', silent.store.put('a', 1));
  const { store, disk } = await onTestDisk();
  const errors: unknown[] = [];
  store.on('error', (error) => errors.push(error));
  disk.failAt({ operation: 'sync', path: 'wal-', nth: 1 });
  await rejectsWith(t, 'STORE_POISONED', store.put('a', 1));
  await rejectsWith(t, 'STORE_POISONED', store.put('b', 1));
  await sleep(10);
  t.is(errors.length, 1);
  throwsWith(t, 'STORE_POISONED', () => {
    throw errors[0];
  });
  await rejectsWith(t, 'STORE_POISONED', store.close());
  t.is(errors.length, 1);
});

test('a failed sync that nobody waited for is an error event too', async (t) => {
  const { store, disk } = await onTestDisk({ idleMs: 20 });
  const errors: unknown[] = [];
  store.on('error', (error) => errors.push(error));
  await store.put('a', 1);
  disk.failAt({ operation: 'sync', path: 'wal-', nth: 1 });
  for (let wait = 0; wait < 100 && errors.length === 0; wait++) await sleep(10);
  t.is(errors.length, 1);
  await rejectsWith(t, 'STORE_POISONED', store.close());
});

test('an idle store writes its watermark once, then rests', async (t) => {
  const { store, environment } = await onTestDisk({ idleMs: 10 });
  await store.put('a', 1);
  const version = store.getEntry('a')!.version;
  await sleep(80);
  t.is(store.stats().sequence, version + 1);
  t.is(environment.current?.durable, version + 1);
  await sleep(50);
  t.is(store.stats().sequence, version + 1);
  await store.put('b', 1);
  await sleep(80);
  t.is(store.stats().sequence, version + 3);
  await store.close();
});

test('a store whose directory is taken away is poisoned and closes', async (t) => {
  for (const io of ['auto', 'buffered'] as const) {
    const store = await openNew(t, { io, segmentBytes: 65_536 });
    await store.put('a', 1);
    rmSync(store.path, { recursive: true });
    const error = await t.throwsAsync(async () => {
      for (;;) await store.put('b', 'x'.repeat(30_000));
    });
    t.is((error as NodeJS.ErrnoException).code, 'STORE_POISONED');
    const cause = error?.cause as { code?: string; message?: string };
    t.is(cause.code, 'IO_ERROR');
    t.regex(cause.message ?? '', /ENOENT/);
    await rejectsWith(t, 'STORE_POISONED', store.close());
  }
});

test('a full disk at the first write is DISK_FULL, and the next one goes on', async (t) => {
  const { store, disk } = await onTestDisk();
  disk.failAt({ operation: 'write', path: 'superblock', nth: 1, errno: 'ENOSPC' });
  await rejectsWith(t, 'DISK_FULL', store.put('a', 1));
  t.is(store.count(), 0);
  t.true(await store.put('b', 1));
  await store.close();
  const again = await openIn(new TestEnvironment(disk), '/store');
  t.deepEqual([...again.keys()], ['b']);
  await again.close();
});

test('a superblock that cannot be written at the first write poisons the store', async (t) => {
  const { store, disk } = await onTestDisk();
  disk.failAt({ operation: 'sync', path: 'superblock', nth: 1 });
  const error = await rejectsWith(t, 'STORE_POISONED', store.put('a', 1));
  t.is((error.cause as { code?: string }).code, 'IO_ERROR');
  await rejectsWith(t, 'STORE_POISONED', store.close());
});
