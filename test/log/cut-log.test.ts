// Opening a log at a position: what is behind it is given up.

import test from 'ava';
import { fillLog, openTestLog, textsOf } from '../support/logs.js';

async function written() {
  const opened = await openTestLog();
  const { log, sync } = opened;
  log.append('first');
  log.appendEpochBarrier(4);
  const texts = fillLog(log, 3);
  log.appendEpochBarrier(5);
  log.append('last');
  sync();
  sync();
  return { ...opened, texts, entries: [...log.entries()] };
}

test('a log is cut at any entry and goes on there, after a crash and after a close', async (t) => {
  const { log, disk, sync, entries } = await written();
  const killed = disk.kill();
  const closed = log.close();
  sync();
  await closed;
  for (const source of [killed, disk]) {
    for (const at of [0, 1, 2, 17, 18, entries.length - 1]) {
      const { position, sequence } = entries[at]!;
      const cut = await openTestLog({ position }, { disk: source.kill() });
      t.is(cut.log.position, position);
      t.is(cut.log.syncedPosition, position);
      t.deepEqual([...cut.log.entries()], entries.slice(0, at));
      t.is(cut.log.epoch, entries[at - 1]?.epoch ?? 1);
      t.is(cut.log.append('new'), sequence);
      cut.sync();
      const again = await openTestLog({}, { disk: cut.disk.cut(at, 'lose-all-unsynced') });
      t.deepEqual(textsOf(again.log.entries()).slice(-1), ['new']);
      t.is([...again.log.entries()].length, at + 1);
    }
  }
});

test('the end is a position, one past it or between two entries is none', async (t) => {
  const { log, disk, entries } = await written();
  const end = log.position;
  const same = await openTestLog({ position: end }, { disk: disk.kill() });
  t.deepEqual([...same.log.entries()], entries);
  for (const position of [end + 8, end + 1, entries[5]!.position + 8, Number.MAX_SAFE_INTEGER]) {
    const opening = openTestLog({ position }, { disk: disk.kill() });
    await t.throwsAsync(opening, { code: 'POSITION_NOT_FOUND' });
  }
  await t.throwsAsync(openTestLog({ position: 8 }), { code: 'POSITION_NOT_FOUND' });
  const fresh = await openTestLog({ position: 0 });
  t.is(fresh.log.position, 0);
});

test('a retired position is not found', async (t) => {
  const { log, disk } = await written();
  log.retire(log.syncedPosition);
  const opening = openTestLog({ position: 0 }, { disk: disk.kill() });
  await t.throwsAsync(opening, { code: 'POSITION_NOT_FOUND' });
});

test('a crash at any call while a log is cut leaves it whole or cut', async (t) => {
  const { disk, entries } = await written();
  const at = 10;
  const { position } = entries[at]!;
  const source = disk.kill();
  const states = [source.kill()];
  source.onOperation(() => states.push(source.kill(), source.cut(states.length)));
  await openTestLog({ position }, { disk: source });
  const lengths = new Set<number>();
  for (const state of states) {
    const opening = openTestLog({}, { disk: state });
    await t.notThrowsAsync(opening);
    const found = [...(await opening).log.entries()];
    t.deepEqual(found, entries.slice(0, found.length));
    lengths.add(found.length);
  }
  t.deepEqual([...lengths], [entries.length, at]);
});
