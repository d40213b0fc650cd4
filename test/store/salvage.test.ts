// Salvage as its users call it, on the real disk: locks, targets, progress, abort, and what the new
// store is good for.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { open, type SalvageProgress, salvage } from '../../src/index.js';
import { startStoreChild } from '../support/store-children.js';
import {
  copyUnclean,
  listingOf,
  newPath,
  openAt,
  openNew,
  rejectsWith,
} from '../support/stores.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Zeros in the middle of the first segment. */
function damageFirst(path: string, from = 20_000, bytes = 3000): void {
  const [name = ''] = readdirSync(path).filter((file) => file.startsWith('wal-'));
  const content = readFileSync(join(path, name));
  content.fill(0, from, from + bytes);
  writeFileSync(join(path, name), content);
}

test('a damaged store that does not open is saved but for what was damaged', async (t) => {
  const store = await openNew(t);
  for (let number = 0; number < 2000; number++) void store.put(number, { number });
  await store.commit({ offsets: { feed: 7 } }, [{ type: 'delete', key: 1999 }]);
  const versions = new Map([...store.keys()].map((key) => [key, store.getEntry(key)?.version]));
  await store.close();
  damageFirst(store.path);
  await rejectsWith(t, 'CORRUPT', open(store.path));
  const before = listingOf(store.path);
  const target = newPath(t);
  const report = await salvage(store.path, target);
  t.deepEqual(listingOf(store.path), before);
  const [range] = report.missing;
  t.is(report.missing.length, 1);
  const lost = range!.last - range!.first + 1;
  t.is(report.records, 2001 - lost);
  t.is(report.keys, 1999 - lost);
  t.is(report.recordsAfterGap, 2001 - range!.last);
  t.deepEqual(report.lastCommit, { offsets: { feed: 7 } });
  t.like(report.losses, [{ file: 'wal-l00-0000000001.log', reason: 'no valid record' }]);
  const saved = await openAt(t, target);
  t.is(saved.count(), 1999 - lost);
  t.deepEqual(saved.lastCommit(), { offsets: { feed: 7 } });
  for (const [key, value] of saved.entries()) {
    t.deepEqual(value, { number: key });
    t.is(saved.getEntry(key)?.version, versions.get(key));
  }
});

test('the new store goes on where the old one ended: later versions are larger', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  await store.put('b', 2);
  const copy = await copyUnclean(t, store);
  await store.put('b', 3);
  const seen = store.getEntry('b')!.version;
  await store.close();
  const target = newPath(t);
  await salvage(copy, target);
  for (let round = 0; round < 3; round++) {
    const saved = await openAt(t, target);
    t.is(saved.get('b'), round === 0 ? 2 : `round ${round - 1}`);
    await saved.put('b', `round ${round}`);
    t.true(saved.getEntry('b')!.version > seen);
    await saved.close();
  }
});

test('a large store comes back whole, over several segments and in any encoding', async (t) => {
  const store = await openNew(t, { keyEncoding: 'utf8', valueEncoding: 'binary' });
  const value = new Uint8Array(9000).fill(1);
  for (let number = 0; number < 4000; number++) {
    value[0] = number & 255;
    void store.put(`key ${number}`, value);
    if (number % 100 === 99) await store.flush();
  }
  await store.close();
  const target = newPath(t);
  const report = await salvage(store.path, target);
  t.deepEqual([report.keys, report.losses, report.missing], [4000, [], []]);
  t.is(readdirSync(target).filter((name) => name.startsWith('wal-')).length, 4);
  const saved = await openAt(t, target, { keyEncoding: 'utf8', valueEncoding: 'binary' });
  for (const [key, found] of saved.entries()) {
    t.is(found[0], Number(key.slice(4)) & 255);
    t.is(found.length, 9000);
  }
});

test('an empty store is saved as an empty one', async (t) => {
  const store = await openNew(t);
  await store.close();
  const target = newPath(t);
  t.like(await salvage(store.path, target), { keys: 0, records: 0, losses: [], missing: [] });
  t.is((await openAt(t, target, { createIfMissing: false })).count(), 0);
});

test('a store in use is STORE_LOCKED, here and in another process', async (t) => {
  const store = await openNew(t);
  const target = newPath(t);
  await rejectsWith(t, 'STORE_LOCKED', salvage(store.path, target));
  await store.close();
  const path = newPath(t);
  const owner = await startStoreChild(t, { kind: 'hold', path });
  const error = await rejectsWith(t, 'STORE_LOCKED', salvage(path, target));
  t.is(error.found, owner.answer.pid);
  t.throws(() => readdirSync(target), { code: 'ENOENT' });
  owner.child.kill('SIGKILL');
  await owner.ended;
  await t.notThrowsAsync(salvage(path, target));
});

test('what is no store is refused, and nothing is written', async (t) => {
  const root = temporaryDirectory(t);
  mkdirSync(join(root, 'photos'));
  writeFileSync(join(root, 'photos', 'cat.jpeg'), 'x');
  mkdirSync(join(root, 'empty'));
  const before = listingOf(join(root, 'photos'));
  for (const [name, code] of [
    ['photos', 'NOT_A_STORE'],
    ['photos/cat.jpeg', 'NOT_A_STORE'],
    ['empty', 'STORE_NOT_FOUND'],
    ['nowhere', 'STORE_NOT_FOUND'],
  ] as const) {
    await rejectsWith(t, code, salvage(join(root, name), join(root, 'target')));
  }
  t.deepEqual(readdirSync(root), ['empty', 'photos']);
  t.deepEqual(readdirSync(join(root, 'empty')), []);
  t.deepEqual(listingOf(join(root, 'photos')), before);
});

test('a target that is there, or inside the source, is refused, and nothing is written', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  await store.close();
  const root = temporaryDirectory(t);
  mkdirSync(join(root, 'full'));
  writeFileSync(join(root, 'full', 'notes'), 'x');
  writeFileSync(join(root, 'file'), 'x');
  const before = [listingOf(store.path), listingOf(join(root, 'full')), readdirSync(root)];
  for (const target of ['full', 'file']) {
    await rejectsWith(t, 'TARGET_EXISTS', salvage(store.path, join(root, target)));
  }
  await rejectsWith(t, 'IO_ERROR', salvage(store.path, join(root, 'none', 'deep')));
  for (const target of [store.path, join(store.path, 'inside')]) {
    await t.throwsAsync(salvage(store.path, target), { instanceOf: RangeError });
  }
  t.deepEqual([listingOf(store.path), listingOf(join(root, 'full')), readdirSync(root)], before);
  mkdirSync(join(root, 'empty'));
  await t.notThrowsAsync(salvage(store.path, join(root, 'empty')));
});

test('progress is told, up to the end', async (t) => {
  const store = await openNew(t);
  for (let number = 0; number < 40_000; number++) void store.put(number, 'x'.repeat(100));
  await store.close();
  const told: SalvageProgress[] = [];
  await salvage(store.path, newPath(t), { onProgress: (progress) => told.push(progress) });
  t.true(told.length > 4);
  for (const [index, { records, bytes, bytesTotal }] of told.entries()) {
    t.true(records >= (told[index - 1]?.records ?? 0));
    t.true(bytes >= (told[index - 1]?.bytes ?? 0) && bytes <= bytesTotal);
  }
  const last = told.at(-1)!;
  t.is(last.bytes, last.bytesTotal);
  t.true(last.records >= 80_000);
});

test('an abort at any step rejects with its reason and leaves no target', async (t) => {
  const store = await openNew(t);
  for (let number = 0; number < 20_000; number++) void store.put(number, 'x'.repeat(100));
  await store.close();
  const reason = new Error('enough');
  for (let step = 0; ; step++) {
    const target = newPath(t);
    const controller = new AbortController();
    let left = step;
    if (step === 0) controller.abort(reason);
    const onProgress = () => {
      left--;
      if (left === 0) controller.abort(reason);
    };
    const { signal } = controller;
    const outcome: unknown = await salvage(store.path, target, { signal, onProgress }).catch(
      (error: unknown) => error,
    );
    if (left > 0) {
      t.true(step > 3);
      break;
    }
    t.is(outcome, reason);
    t.throws(() => readdirSync(target), { code: 'ENOENT' });
  }
  const saved = newPath(t);
  await t.notThrowsAsync(salvage(store.path, saved), 'the lock was given back');
  rmSync(saved, { recursive: true });
});

test('strict saves the store as it was before the first loss', async (t) => {
  const store = await openNew(t);
  for (let number = 0; number < 2000; number++) void store.put(number % 500, number);
  await store.close();
  damageFirst(store.path, 30_000, 8);
  const target = newPath(t);
  const { missing, recordsAfterGap, lastSequence } = await salvage(store.path, target, {
    strict: true,
  });
  const before = missing[0]!.first - 1;
  t.is(lastSequence, before);
  t.is(recordsAfterGap, 2000 - before - 1);
  const saved = await openAt(t, target);
  t.is(Math.max(...[...saved.values()].map(Number)), before - 1);
  t.is(saved.count(), 500);
});

test('strict is refused where nothing proves that a moment is whole', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  await store.close();
  rmSync(join(store.path, 'superblock'));
  const target = newPath(t);
  const error = await rejectsWith(t, 'CORRUPT', salvage(store.path, target, { strict: true }));
  t.is(error.file, join(store.path, 'superblock'));
  t.throws(() => readdirSync(target), { code: 'ENOENT' });
  t.is((await salvage(store.path, target)).keys, 1);
});
