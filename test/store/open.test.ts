// Opening: what a path may be, and that a path which is refused is left as it was.

import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import { sealFileHeader } from '../../src/format/file-header.js';
import { open } from '../../src/index.js';
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

const SLOT_BYTES = 4096;
const VERSION_OFFSET = 8;
const NOBODY = 65534;

/** Gives the header at `start` the next version, and the checksum that goes with it. */
function makeNewer(bytes: Buffer, start: number): void {
  bytes.writeUInt16LE(2, start + VERSION_OFFSET);
  sealFileHeader(bytes, start, crc32);
}

test('a new store has a directory and files of its owner alone', async (t) => {
  const store = await openNew(t);
  t.is(statSync(store.path).mode & 0o777, 0o700);
  const names = readdirSync(store.path);
  t.true(names.includes('superblock') && names.includes('LOCK'));
  for (const name of names) t.is(statSync(join(store.path, name)).mode & 0o777, 0o600, name);
  await store.put('a', 1);
});

test('an empty directory becomes a store', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await openAt(t, directory);
  await store.put('a', 1);
  t.is(store.path, directory);
});

test('one directory is made, not those above it', async (t) => {
  const parent = newPath(t);
  const error = await rejectsWith(t, 'IO_ERROR', open(join(parent, 'store')));
  t.is((error.cause as NodeJS.ErrnoException).code, 'ENOENT');
  t.is(error.file, join(parent, 'store'));
  t.false(existsSync(parent));
});

test('a path that is a file is no store, nor is anything below it', async (t) => {
  const path = newPath(t);
  writeFileSync(path, 'text');
  for (const options of [{}, { readOnly: true }, { createIfMissing: false }]) {
    const error = await rejectsWith(t, 'NOT_A_STORE', open(path, options));
    t.is(error.file, path);
  }
  const below = await rejectsWith(t, 'IO_ERROR', open(join(path, 'store')));
  t.is((below.cause as NodeJS.ErrnoException).code, 'ENOTDIR');
  await rejectsWith(t, 'STORE_NOT_FOUND', open(join(path, 'store'), { readOnly: true }));
  t.is(readFileSync(path, 'utf8'), 'text');
  t.deepEqual(readdirSync(dirname(path)), ['store']);
});

test('a directory of somebody else is not touched', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'notes.txt'), 'text');
  const before = listingOf(directory);
  for (const options of [{}, { readOnly: true }, { createIfMissing: false }]) {
    const error = await rejectsWith(t, 'NOT_A_STORE', open(directory, options));
    t.is(error.file, directory);
  }
  t.deepEqual(listingOf(directory), before);
});

test('a foreign file named superblock does not make a store', async (t) => {
  for (const content of ['x'.repeat(4), 'x'.repeat(5000), 'x'.repeat(10_000)]) {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'superblock'), content);
    const before = listingOf(directory);
    for (const options of [{}, { readOnly: true }]) {
      const error = await rejectsWith(t, 'NOT_A_STORE', open(directory, options));
      t.is(error.file, join(directory, 'superblock'));
    }
    t.deepEqual(listingOf(directory), before);
  }
});

test('a store that is missing and may not be made is STORE_NOT_FOUND', async (t) => {
  const path = newPath(t);
  for (const options of [{ createIfMissing: false }, { readOnly: true }]) {
    const error = await rejectsWith(t, 'STORE_NOT_FOUND', open(path, options));
    t.is(error.file, path);
    t.false(existsSync(path));
    const empty = temporaryDirectory(t);
    await rejectsWith(t, 'STORE_NOT_FOUND', open(empty, options));
    t.deepEqual(readdirSync(empty), []);
  }
  const store = await openAt(t, path);
  await store.close();
  await (await openAt(t, path, { createIfMissing: false })).close();
});

test('a store of a newer format is refused, and no byte of it changes', async (t) => {
  for (const slots of [[0, 1], [0], [1]]) {
    const store = await openNew(t);
    await store.put('a', 1);
    await store.close();
    const path = join(store.path, 'superblock');
    const bytes = readFileSync(path);
    for (const slot of slots) makeNewer(bytes, slot * SLOT_BYTES);
    writeFileSync(path, bytes);
    const before = listingOf(store.path);
    for (const options of [{}, { readOnly: true }, { createIfMissing: false }]) {
      const error = await rejectsWith(t, 'FORMAT_UNSUPPORTED', open(store.path, options));
      t.is(error.file, path);
      t.is(error.found, 2);
    }
    t.deepEqual(listingOf(store.path), before);
  }
});

test('a segment of a newer format is refused too', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  await store.close();
  const name = readdirSync(store.path).find((each) => each.startsWith('wal-')) ?? '';
  const bytes = readFileSync(join(store.path, name));
  makeNewer(bytes, 0);
  writeFileSync(join(store.path, name), bytes);
  const error = await rejectsWith(t, 'FORMAT_UNSUPPORTED', open(store.path));
  t.is(error.file, join(store.path, name));
  t.deepEqual(readFileSync(join(store.path, name)), bytes);
});

test('segments with records but without a superblock are a damaged store, not a new one', async (t) => {
  const store = await openNew(t);
  await store.put('a', 1);
  const copy = await copyUnclean(t, store);
  const orphan = temporaryDirectory(t);
  for (const name of readdirSync(copy)) {
    if (name !== 'superblock') copyFileSync(join(copy, name), join(orphan, name));
  }
  const before = listingOf(orphan);
  const error = await rejectsWith(t, 'CORRUPT', open(orphan));
  t.true(error.file?.startsWith(join(orphan, 'wal-')));
  t.deepEqual(listingOf(orphan), before);
});

test('a first open that was cut off before its superblock is begun again', async (t) => {
  const fresh = await openNew(t);
  const segment = readdirSync(fresh.path).find((name) => name.startsWith('wal-')) ?? '';
  const directory = temporaryDirectory(t);
  copyFileSync(join(fresh.path, segment), join(directory, segment));
  writeFileSync(join(directory, 'superblock.tmp'), 'half');
  writeFileSync(join(directory, 'preparing-l00-0000000002.tmp'), '');
  await rejectsWith(t, 'STORE_NOT_FOUND', open(directory, { createIfMissing: false }));
  const store = await openAt(t, directory);
  await store.put('a', 1);
  await store.close();
  t.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.tmp')),
    [],
  );
  t.is((await openAt(t, directory)).get('a'), 1);
});

test('options that are mistakes reject before anything is made', async (t) => {
  const path = newPath(t);
  await t.throwsAsync(open(path, { colour: 'red' } as object), {
    instanceOf: TypeError,
    message: /colour/,
  });
  await t.throwsAsync(open(path, { memoryBytes: 1 }), { instanceOf: RangeError });
  await t.throwsAsync(open(path, { keyEncoding: 'ascii' as 'utf8' }), { instanceOf: TypeError });
  await t.throwsAsync(open(path, { valueEncoding: {} as 'utf8' }), { instanceOf: TypeError });
  const named = { encode: () => new Uint8Array(0), decode: () => 1, name: 5 as unknown as string };
  await t.throwsAsync(open(path, { valueEncoding: named }), { instanceOf: TypeError });
  for (const wrong of [undefined, 5, '', null]) {
    await t.throwsAsync(open(wrong as string), { instanceOf: TypeError, message: /path/ });
  }
  t.false(existsSync(path));
});

const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? test : test.skip;

asRoot('a place where nothing may be written gives the error of the system', async (t) => {
  const parent = temporaryDirectory(t);
  chmodSync(parent, 0o755);
  const path = join(parent, 'store');
  const missing = await startStoreChild(t, { kind: 'refuse', path }, NOBODY);
  t.deepEqual(
    { ...missing.answer, pid: 0 },
    { pid: 0, code: 'IO_ERROR', cause: 'EACCES', file: path },
  );
  t.deepEqual(readdirSync(parent), []);
  const store = await openAt(t, path);
  await store.put('a', 1);
  await store.close();
  chmodSync(path, 0o755);
  const before = listingOf(path);
  const { answer } = await startStoreChild(t, { kind: 'refuse', path }, NOBODY);
  t.is(answer.code, 'IO_ERROR');
  t.is(answer.cause, 'EACCES');
  t.true(answer.file?.startsWith(path));
  for (const name of readdirSync(path)) chmodSync(join(path, name), 0o644);
  const readable = listingOf(path);
  const again = await startStoreChild(t, { kind: 'refuse', path }, NOBODY);
  t.is(again.answer.code, 'IO_ERROR');
  t.is(again.answer.cause, 'EACCES');
  t.deepEqual(listingOf(path), readable);
  t.deepEqual(Object.keys(readable), Object.keys(before));
});
