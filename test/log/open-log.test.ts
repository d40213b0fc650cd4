// Opening a log: what is made, what is refused with nothing changed, and going on after every end.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';
import { open } from '../../src/index.js';
import { openLog } from '../../src/wal-api.js';
import { fillLog, openRealLog, openTestLog, textsOf } from '../support/logs.js';
import { newPath } from '../support/stores.js';

test('a path that holds no log is refused, and nothing is made or changed', async (t) => {
  const path = newPath(t);
  const missing = openLog(path, { createIfMissing: false });
  await t.throwsAsync(missing, { code: 'STORE_NOT_FOUND' });
  mkdirSync(path);
  writeFileSync(join(path, 'photo.jpeg'), 'not ours');
  await t.throwsAsync(openLog(path), { code: 'NOT_A_STORE' });
  await t.throwsAsync(openLog(join(path, 'photo.jpeg')), { code: 'NOT_A_STORE' });
});

test('a store is not opened as a log, nor a log as a store', async (t) => {
  const path = newPath(t);
  const store = await open(path);
  await store.put('a', 1);
  await store.close();
  await t.throwsAsync(openLog(path), { code: 'NOT_A_STORE', message: /holds a store/ });
  const log = await openRealLog(t);
  log.append('a');
  await log.close();
  await t.throwsAsync(open(log.path), { code: 'NOT_A_STORE', message: /holds a log/ });
  const again = await openRealLog(t, {}, log.path);
  t.deepEqual(textsOf(again.entries()), ['a']);
});

test('a log goes on where it was left, whatever the length of its segments was', async (t) => {
  const first = await openTestLog({ segmentBytes: 262144 });
  const texts = fillLog(first.log, 2);
  first.sync();
  const { position, nextSequence } = first.log;
  const second = await openTestLog({ segmentBytes: 65536 }, { disk: first.disk.kill() });
  t.is(second.log.recovery.outcome, 'unclean');
  t.is(second.log.recovery.records, nextSequence - 1);
  t.is(second.log.position, position);
  t.is(second.log.nextSequence, nextSequence);
  t.is(second.log.syncedPosition, position);
  const more = fillLog(second.log, 3);
  second.sync();
  second.sync();
  t.deepEqual(textsOf(second.log.entries()), [...texts, ...more]);
});

test('opened and closed without an append, a log keeps its numbers', async (t) => {
  let { disk, log, sync } = await openTestLog();
  log.append('a');
  log.append('b');
  for (let round = 0; round < 4; round++) {
    const closed = log.close();
    sync();
    await closed;
    ({ disk, log, sync } = await openTestLog({}, { disk: disk.kill() }));
    t.is(log.recovery.outcome, 'clean');
    t.is(log.nextSequence, 3);
    t.is(log.segments.length, 1);
  }
  t.is(log.append('c'), 3);
});

test('what a crash dropped is not there, and does not come back behind new entries', async (t) => {
  const { disk, log, sync } = await openTestLog();
  log.append('kept');
  sync();
  for (let index = 0; index < 8; index++) log.append(`lost ${index} `.padEnd(700, '.'));
  for (let seed = 0; seed < 20; seed++) {
    let left = disk.cut(seed);
    for (let round = 0; round < 3; round++) {
      const opened = await openTestLog({}, { disk: left });
      const texts = textsOf(opened.log.entries());
      t.is(texts[0], 'kept');
      const lost = texts.slice(1 + round);
      t.true(round > 0 || lost.every((text, index) => text.startsWith(`lost ${index} `)));
      opened.log.append(`new ${round} `.padEnd(300, '.'));
      opened.sync();
      left = opened.disk.cut(seed + round, 'lose-all-unsynced');
      const again = await openTestLog({}, { disk: left.kill() });
      t.deepEqual(textsOf(again.log.entries()), textsOf(opened.log.entries()));
    }
  }
});

test('a log whose path is a mistake of type is refused as such', async (t) => {
  await t.throwsAsync(openLog(5 as never), { instanceOf: TypeError });
  await t.throwsAsync(openLog(''), { instanceOf: RangeError });
});

test('a damaged record in the middle is refused with its file and offset', async (t) => {
  const { disk, log, sync } = await openTestLog();
  for (let index = 0; index < 50; index++) {
    log.append(`entry ${index}`);
    sync();
  }
  const name = log.segmentPaths[0]!;
  const left = disk.kill();
  const bytes = left.readFileRaw(name);
  bytes[4096 + 40 * 20] = bytes[4096 + 40 * 20]! ^ 1;
  left.writeFileRaw(name, bytes);
  const error = await t.throwsAsync(openTestLog({}, { disk: left }), { code: 'CORRUPT' });
  t.like(error, { file: name, offset: 4096 + 40 * 20 });
});

test('a missing segment is refused', async (t) => {
  const { disk, log, sync } = await openTestLog();
  fillLog(log, 4);
  sync();
  for (const at of [0, 2, 4]) {
    const left = disk.kill();
    left.removeRaw(log.segmentPaths[at]!);
    await t.throwsAsync(openTestLog({}, { disk: left }), { code: 'CORRUPT', message: /missing/ });
  }
});
