// What docs/seeds.md says of clocks: nothing is ordered, and nobody waits, by the time of day.

import test from 'ava';

import { open } from '../../src/index.js';
import { newPath } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
import { openOn } from './seed-logs.js';

test.serial(
  'a clock that is set back or forward changes no byte and no order, and stalls nobody',
  async (t) => {
    const { now } = Date;
    t.teardown(() => {
      Date.now = now;
    });
    const states: Map<string, Uint8Array>[] = [];
    for (const step of [1, -3_600_000, 86_400_000]) {
      let time = 1_700_000_000_000;
      Date.now = () => {
        time += step;
        return time;
      };
      const { log, disk } = await openOn(new TestDisk({ seed: 3 }), { ringSegments: 2 });
      for (let index = 0; index < 2000; index++) log.appendPut('key', `${index} `.repeat(20));
      log.flushSync();
      const values = Array.from(log.entries(), (one) => one.kind === 'put' && `${one.value}`);
      t.is(values.length, 2000);
      await log.close();
      states.push(disk.snapshotFiles());
    }
    t.deepEqual(states[1], states[0]);
    t.deepEqual(states[2], states[0]);
  },
);

test.serial('of two puts of one key the later one counts, whatever the clock says', async (t) => {
  const { now } = Date;
  t.teardown(() => {
    Date.now = now;
  });
  const path = newPath(t);
  const store = await open(path);
  await store.put('key', 'first');
  Date.now = () => now() - 86_400_000;
  await store.put('key', 'second');
  t.is(store.get('key'), 'second');
  await store.close();
  const again = await open(path);
  t.is(again.get('key'), 'second');
  await again.close();
});
