// Reading a log's files: from the beginning or a position, on a log that is open, closed or crashed.

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';
import { open } from '../../src/index.js';
import type { LogEntry } from '../../src/wal-api.js';
import { readLog } from '../../src/wal-api.js';
import { fillLog, openRealLog, openTestLog, textsOf } from '../support/logs.js';
import { newPath } from '../support/stores.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('an open log is read by anybody, from any entry on', async (t) => {
  const log = await openRealLog(t, { segmentBytes: 65536 });
  const texts = fillLog(log, 3);
  await log.sync();
  const all = [...readLog(log.path)];
  t.deepEqual(textsOf(all), texts);
  for (const at of [0, 1, 20, all.length - 1]) {
    t.deepEqual([...readLog(log.path, { from: all[at]!.position })], all.slice(at));
    t.deepEqual([...log.entries({ from: all[at]!.position })], all.slice(at));
    t.deepEqual([...readLog(log.path, { from: all[at]!.end })], all.slice(at + 1));
    t.deepEqual([...log.entries({ from: all[at]!.end })], all.slice(at + 1));
  }
});

test('a position at which nothing begins is not found, nor one that was retired', async (t) => {
  const log = await openRealLog(t, { segmentBytes: 65536 });
  fillLog(log, 3);
  await log.sync();
  const [, second] = log.entries();
  const code = { code: 'POSITION_NOT_FOUND' };
  for (const from of [second!.position + 8, log.position + 8, log.position + 1e9]) {
    t.throws(() => [...readLog(log.path, { from })], code);
    t.throws(() => [...log.entries({ from })], code);
  }
  log.retire(log.position);
  t.throws(() => [...readLog(log.path, { from: 0 })], code);
  t.throws(() => [...log.entries({ from: 0 })], code);
  t.throws(() => [...readLog(log.path, { from: -1 })], { instanceOf: RangeError });
  t.throws(() => [...readLog(log.path, { form: 0 } as never)], { instanceOf: TypeError });
});

test('what is not durable is not among the entries of the log itself', async (t) => {
  const { log, sync } = await openTestLog();
  log.append('a');
  t.deepEqual(textsOf(log.entries()), []);
  sync();
  log.append('b');
  t.deepEqual(textsOf(log.entries()), ['a']);
});

test('a crashed log is read without being repaired, up to its end', async (t) => {
  const log = await openRealLog(t);
  log.append('a');
  await log.sync();
  const copy = join(temporaryDirectory(t), 'copy');
  cpSync(log.path, copy, { recursive: true });
  rmSync(join(copy, 'LOCK'));
  t.deepEqual(textsOf(readLog(copy)), ['a']);
  t.deepEqual(textsOf(readLog(copy)), ['a']);
});

test('what holds no log is refused by name', async (t) => {
  const path = newPath(t);
  t.throws(() => [...readLog(path)], { code: 'STORE_NOT_FOUND' });
  const store = await open(path);
  await store.close();
  t.throws(() => [...readLog(path)], { code: 'NOT_A_STORE' });
  t.throws(() => [...readLog(5 as never)], { instanceOf: TypeError });
});

test('a reader whose segment is retired under it is told so', async (t) => {
  const log = await openRealLog(t, { segmentBytes: 65536 });
  fillLog(log, 4);
  await log.sync();
  const reading = readLog(log.path);
  t.true(reading.next().done === false);
  log.retire(log.position);
  const found: LogEntry[] = [];
  const error = t.throws(
    () => {
      for (const entry of reading) found.push(entry);
    },
    { code: 'POSITION_NOT_FOUND' },
  );
  t.true(error !== undefined && found.length < 100);
});
