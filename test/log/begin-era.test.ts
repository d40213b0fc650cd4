// A log whose low numbers are half used goes on in a new era.

import test from 'ava';
import { fillLog, openTestLog, textsOf } from '../support/logs.js';

const ERA = 2 ** 32;
const HALF = 2 ** 31;

test('an open below half of an era goes on in it, one beyond begins the next', async (t) => {
  const { log, disk, sync } = await openTestLog({ startSequence: HALF - 3 });
  t.is(log.append('a'), HALF - 3);
  sync();
  const second = await openTestLog({}, { disk: disk.kill() });
  t.is(second.log.nextSequence, HALF - 2);
  for (const text of ['b', 'c', 'd']) second.log.append(text);
  t.is(second.log.nextSequence, HALF + 1);
  second.sync();
  const { position } = second.log;
  const third = await openTestLog({}, { disk: second.disk.kill() });
  t.is(third.log.nextSequence, ERA + 1);
  t.is(third.log.syncedSequence, ERA);
  t.is(third.log.position, position + 32);
  t.is(third.log.append('e'), ERA + 1);
  const more = fillLog(third.log, 2);
  third.sync();
  third.sync();
  t.deepEqual(textsOf(third.log.entries()), ['a', 'b', 'c', 'd', 'e', ...more]);
  const sequences = [...third.log.entries()].map((entry) => entry.sequence);
  t.deepEqual(
    sequences.toSorted((x, y) => x - y),
    sequences,
  );
  const closed = third.log.close();
  third.sync();
  await closed;
  const fourth = await openTestLog({}, { disk: third.disk.kill() });
  t.is(fourth.log.recovery.outcome, 'clean');
  t.deepEqual(textsOf(fourth.log.entries()), ['a', 'b', 'c', 'd', 'e', ...more]);
});

test('a cut of power at any call of a new era leaves the old one or the new one', async (t) => {
  const { log, disk, sync } = await openTestLog({ startSequence: ERA * 7 + HALF });
  for (const text of ['a', 'b']) log.append(text);
  sync();
  const source = disk.kill();
  const states = [source.kill()];
  source.onOperation(() => {
    for (let seed = 0; seed < 3; seed++) states.push(source.cut(states.length));
  });
  await openTestLog({}, { disk: source });
  for (const state of states) {
    const opened = await openTestLog({}, { disk: state });
    t.deepEqual(textsOf(opened.log.entries()), ['a', 'b']);
    t.is(opened.log.append('c'), ERA * 8 + 1);
    opened.sync();
    const again = await openTestLog({}, { disk: state.cut(1, 'lose-all-unsynced') });
    t.deepEqual(textsOf(again.log.entries()), ['a', 'b', 'c']);
  }
});

test('a log is cut back into an older era, and begins the next one again', async (t) => {
  const { log, disk, sync } = await openTestLog({ startSequence: HALF });
  log.append('a');
  const { position } = log;
  log.append('b');
  sync();
  const second = await openTestLog({}, { disk: disk.kill() });
  second.log.append('c');
  second.sync();
  const cut = await openTestLog({ position }, { disk: second.disk.kill() });
  t.deepEqual(textsOf(cut.log.entries()), ['a']);
  t.is(cut.log.append('d'), ERA + 1);
  cut.sync();
  const again = await openTestLog({}, { disk: cut.disk.kill() });
  t.deepEqual(textsOf(again.log.entries()), ['a', 'd']);
});

test('the last era ends with a typed error', async (t) => {
  const { log, disk, sync } = await openTestLog({ startSequence: 2097151 * ERA + HALF });
  log.append('a');
  sync();
  await t.throwsAsync(openTestLog({}, { disk: disk.kill() }), { code: 'SEQUENCE_LIMIT' });
});
