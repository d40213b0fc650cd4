// Lines into batches: bounds, refusals in the middle, progress that is kept with the entries.

import test, { type ExecutionContext } from 'ava';

import { InputError, UsageError } from '../../src/cli/exit-codes.js';
import { checkSourceName, Importer } from '../../src/cli/importer.js';
import type { AnyStore } from '../../src/cli/with-store.js';
import { LaneError } from '../../src/errors.js';
import { openInMemory, rejectsWith } from '../support/stores.js';

async function newStore(t: ExecutionContext): Promise<AnyStore> {
  return (await openInMemory(t)) as unknown as AnyStore;
}

function line(key: unknown, value: unknown = null): Uint8Array {
  return Buffer.from(JSON.stringify({ key, value }));
}

/** Sizes of the writes, and what they state. */
function watch(store: AnyStore): { sizes: number[]; kinds: string[] } {
  const seen = { sizes: [] as number[], kinds: [] as string[] };
  const batch = store.batch.bind(store);
  const commit = store.commit.bind(store);
  store.batch = (operations) => {
    seen.sizes.push(operations.length);
    seen.kinds.push('batch');
    return batch(operations);
  };
  store.commit = (facts, operations = []) => {
    seen.sizes.push(operations.length);
    seen.kinds.push('commit');
    return commit(facts, operations);
  };
  return seen;
}

async function importLines(importer: Importer, lines: Iterable<Uint8Array>): Promise<void> {
  for (const each of lines) if (importer.take(each)) await importer.flush();
  await importer.end();
}

function* numbered(from: number, to: number): Generator<Uint8Array> {
  for (let number = from; number <= to; number++) yield line(number, `v${number}`);
}

test('batches are bounded in entries and in bytes', async (t) => {
  const store = await newStore(t);
  const seen = watch(store);
  const importer = new Importer(store);
  await importLines(importer, numbered(1, 2500));
  t.deepEqual(seen.sizes, [1000, 1000, 500]);
  t.is(importer.entries, 2500);
  t.is(store.count(), 2500);
  seen.sizes.length = 0;
  const large = Array.from({ length: 5 }, (_, index) => line(index, 'x'.repeat(600_000)));
  await importLines(new Importer(store), large);
  t.deepEqual(seen.sizes, [2, 2, 1]);
});

test('one batch is written while the next is read, and no third one before it is durable', async (t) => {
  const store = await newStore(t);
  const done: (() => void)[] = [];
  const batch = store.batch.bind(store);
  let writes = 0;
  store.batch = async (operations) => {
    writes++;
    await batch(operations);
    await new Promise<void>((resolve) => done.push(resolve));
  };
  const importer = new Importer(store);
  importer.take(line(1));
  await importer.flush();
  importer.take(line(2));
  const second = importer.flush();
  while (done.length < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.is(writes, 1);
  done[0]!();
  await second;
  t.is(writes, 2);
  t.is(importer.entries, 1);
  while (done.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  done[1]!();
  await importer.finish();
  t.is(importer.entries, 2);
});

test('of a batch with an entry that the store refuses, what is before it is written', async (t) => {
  for (const [bad, code] of [
    [line({ no: 'key' }), undefined],
    [line('x'.repeat(2000)), undefined],
    [line(5, 'x'.repeat(17 << 20)), 'RECORD_TOO_LARGE'],
  ] as const) {
    for (const name of [undefined, 'feed']) {
      const store = await newStore(t);
      const importer = new Importer(store, name);
      const lines = [...numbered(1, 3), Buffer.from(''), bad, ...numbered(6, 9)];
      const failed = importLines(importer, lines);
      const error =
        code === undefined
          ? await t.throwsAsync(failed, { instanceOf: InputError })
          : await rejectsWith(t, code, failed);
      t.regex(error?.message ?? '', /^line 5: .*; the lines before it are imported$/s);
      t.deepEqual([...store.keys()], [1, 2, 3]);
      t.is(importer.entries, 3);
      if (name === undefined) continue;
      t.is(store.lastCommit()?.offsets['feed'], 3);
      const mended = new Importer(store, name);
      await importLines(mended, [...lines.slice(0, 4), line(5, 'mended'), ...numbered(6, 9)]);
      t.deepEqual([...store.keys()], [1, 2, 3, 5, 6, 7, 8, 9]);
      t.is(mended.entries, 5);
    }
  }
});

test('progress is committed with the entries, and other offsets stay', async (t) => {
  const store = await newStore(t);
  await store.commit({ offsets: { clicks: 5, feed: 0 }, watermark: -7 });
  const seen = watch(store);
  await importLines(new Importer(store, 'feed'), numbered(1, 1500));
  t.deepEqual(seen, { sizes: [1000, 500], kinds: ['commit', 'commit'] });
  t.like(store.lastCommit(), { offsets: { clicks: 5, feed: 1500 }, watermark: -7 });
  await importLines(new Importer(store, 'other'), numbered(1, 10));
  t.like(store.lastCommit(), { offsets: { clicks: 5, feed: 1500, other: 10 }, watermark: -7 });
});

test('the same input again goes on behind what was imported, and repeats nothing', async (t) => {
  const store = await newStore(t);
  await importLines(new Importer(store, 'feed'), numbered(1, 1200));
  const version = store.getEntry(7)?.version;
  const again = new Importer(store, 'feed');
  t.is(again.linesBefore, 1200);
  await importLines(again, numbered(1, 3000));
  t.is(again.entries, 1800);
  t.is(store.getEntry(7)?.version, version);
  const seen = watch(store);
  const third = new Importer(store, 'feed');
  await importLines(third, numbered(1, 3000));
  t.deepEqual([third.entries, seen.sizes], [0, []]);
});

test('another input under the same name is refused before anything is written', async (t) => {
  const store = await newStore(t);
  await importLines(new Importer(store, 'feed'), numbered(1, 50));
  const seen = watch(store);
  for (const lines of [numbered(2, 300), numbered(1, 49), numbered(0, 49)]) {
    const failed = importLines(new Importer(store, 'feed'), lines);
    await t.throwsAsync(failed, { instanceOf: InputError, message: /imported as 'feed'/ });
  }
  t.deepEqual(seen.sizes, []);
});

test('a failure of the store says how far the import had come', async (t) => {
  const store = await newStore(t);
  const importer = new Importer(store);
  const batch = store.batch.bind(store);
  let writes = 0;
  store.batch = (operations) => {
    writes++;
    if (writes < 3) return batch(operations);
    return Promise.reject(new LaneError('STORE_POISONED', 'a sync failed'));
  };
  const error = await rejectsWith(t, 'STORE_POISONED', importLines(importer, numbered(1, 9000)));
  t.is(error.message, 'a sync failed; 2000 lines are imported');
  t.is(importer.entries, 2000);
});

test('names and the room for them are checked at the beginning', async (t) => {
  t.is(checkSourceName('places'), 'places');
  for (const name of ['', 'x'.repeat(201)]) {
    t.throws(() => checkSourceName(name), { instanceOf: UsageError });
  }
  const store = await newStore(t);
  const offsets = Object.fromEntries(Array.from({ length: 1023 }, (_, index) => [`o${index}`, 1]));
  await store.commit({ offsets });
  t.throws(() => new Importer(store, 'feed'), { instanceOf: UsageError });
  t.notThrows(() => new Importer(store));
  await store.commit({ offsets: { ...offsets, o1022: 1, feed: 3 } });
  t.throws(() => new Importer(store, 'feed'), { instanceOf: UsageError });
});
