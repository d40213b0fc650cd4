// Giving up the beginning of a log.

import test from 'ava';
import { fillLog, openTestLog, textsOf } from '../support/logs.js';

const segments = (names: string[]) => names.filter((name) => name.startsWith('wal-'));

test('segments wholly before the position go, oldest first, and the log begins later', async (t) => {
  const { log, disk, sync, environment } = await openTestLog();
  const texts = fillLog(log, 4);
  sync();
  const third = log.segments[2]!;
  t.is(log.retire(third.position - 1), 1);
  t.is(log.retire(third.position), 1);
  t.is(log.retire(third.position + 5), 0);
  t.is(log.firstPosition, third.position);
  const left = textsOf(log.entries());
  t.deepEqual(left, texts.slice(texts.length - left.length));
  t.is(log.stats().bytes, log.position - third.position);
  const closed = log.close();
  sync();
  await closed;
  t.is(segments(disk.list('/log')).length, 3);
  const again = await openTestLog({}, { disk: environment.fileSystem.kill() });
  t.is(again.log.firstPosition, third.position);
  t.deepEqual(textsOf(again.log.entries()), left);
  t.is(again.log.segments[0]!.sequence, third.sequence);
});

test('a retired segment serves as a standby under a new generation', async (t) => {
  const { log, disk, sync, environment } = await openTestLog();
  environment.current!.prepares = false;
  fillLog(log, 2);
  sync();
  const retired = log.segments[0]!;
  const before = log.stats();
  t.is(log.retire(log.segments[1]!.position), 1);
  t.false(disk.list('/log').includes(retired.path.slice('/log/'.length)));
  sync();
  t.is(log.stats().standbys, 1);
  fillLog(log, 1);
  t.is(log.stats().inPlace, before.inPlace);
});

test('what is not durable cannot be retired, and a wrong position changes nothing', async (t) => {
  const { log, sync } = await openTestLog();
  fillLog(log, 1);
  const first = log.firstPosition;
  t.throws(() => log.retire(log.position), { code: 'POSITION_NOT_FOUND' });
  t.throws(() => log.retire(-1), { instanceOf: RangeError });
  t.throws(() => log.retire(0.5), { instanceOf: RangeError });
  t.throws(() => log.retire('5' as never), { instanceOf: TypeError });
  t.throws(() => log.retire(undefined as never), { instanceOf: TypeError });
  t.is(log.firstPosition, first);
  sync();
  t.is(log.retire(log.position), 1);
});

test('a crash at any call while segments are retired leaves a log with its whole rest', async (t) => {
  const { log, disk, sync } = await openTestLog();
  const texts = fillLog(log, 4);
  sync();
  const begin = log.segments[3]!.position;
  const states = [disk.kill()];
  disk.onOperation(() => {
    for (let cut = 0; cut < 5; cut++) states.push(disk.cut(states.length));
    states.push(disk.kill());
  });
  t.is(log.retire(begin), 3);
  disk.onOperation(undefined);
  states.push(disk.cut(states.length));
  const lengths = new Set<number>();
  for (const state of states) {
    const opening = openTestLog({}, { disk: state });
    await t.notThrowsAsync(opening);
    const left = textsOf((await opening).log.entries());
    t.deepEqual(left, texts.slice(texts.length - left.length));
    lengths.add(left.length);
  }
  t.deepEqual([...lengths], [texts.length, textsOf(log.entries()).length]);
});

test('the epoch in which the log begins is kept when its barrier is retired', async (t) => {
  const { log, sync, disk } = await openTestLog();
  log.appendEpochBarrier(9);
  fillLog(log, 2);
  sync();
  log.retire(log.position);
  const again = await openTestLog({}, { disk: disk.kill() });
  t.is(again.log.epoch, 9);
  t.true([...again.log.entries()].every((entry) => entry.epoch === 9));
});

test('a failed removal poisons the log, and what is in it is there after a reopen', async (t) => {
  const { log, sync, disk } = await openTestLog();
  const texts = fillLog(log, 3);
  sync();
  disk.failAt({ operation: 'mutating', path: 'wal-', nth: 1 });
  t.throws(() => log.retire(log.position), { code: 'STORE_POISONED' });
  t.throws(() => log.append('x'), { code: 'STORE_POISONED' });
  const again = await openTestLog({}, { disk: disk.kill() });
  const left = textsOf(again.log.entries());
  t.deepEqual(left, texts.slice(texts.length - left.length));
});
