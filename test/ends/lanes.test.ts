// Several lanes across 2^31 and near the end of an era: the newest write of a key wins in whichever lane
// it stands, in memory and after a recovery, which orders the records of all lanes by their sequences.

import test from 'ava';

import { DURABLE, NEXT_SEQUENCE } from '../../src/control/control-block.js';
import { recover } from '../../src/recovery/recover.js';
import { openIn } from '../../src/store/open.js';
import { DIRECTORY, diskOf } from '../support/built-log.js';
import { LogBuilder } from '../support/log-builder.js';
import { openManyLanes } from '../support/many-lanes.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const STARTS = [2 ** 31 - 4, 2 ** 31 - 1, 2 ** 31, 0xffff0000 - 20];

for (const start of STARTS) {
  test(`lanes that write the same keys agree on the newest, from ${start} on`, async (t) => {
    const disk = new TestDisk({ mappable: false });
    disk.makeDirectory(DIRECTORY);
    const environment = new TestEnvironment(disk, { lanesMax: 3 });
    const { store, log, addLane } = openManyLanes(t, { environment, directory: DIRECTORY });
    log.control.words[NEXT_SEQUENCE] = start | 0;
    log.control.words[DURABLE] = (start - 1) | 0;
    const others = [addLane(1), addLane(2)];
    const model = new Map<string, string>();
    const text = () => [...store.entries()].map(([key, value]) => `${key}=${String(value)}`).join();
    for (let step = 0; step < 12; step++) {
      const before = text();
      const snapshot = store.snapshot();
      const key = `key ${step % 3}`;
      const value = Buffer.from(`${step}`);
      if (step % 3 === 0) void store.put(key, value);
      else others[(step % 3) - 1]!.put(key, value);
      // Each key moves from lane to lane.
      void store.put(`key ${(step + 1) % 3}`, value);
      model.set(key, `${value}`).set(`key ${(step + 1) % 3}`, `${value}`);
      for (const [one, expected] of model) t.is(Buffer.from(store.get(one)!).toString(), expected);
      t.is([...snapshot.entries()].map(([one, seen]) => `${one}=${String(seen)}`).join(), before);
      t.is(store.getEntry(key)!.version, start + 2 * step);
      snapshot.close();
    }
    await store.flush();
    t.is(store.stats().durableSequence, store.stats().sequence);
  });

  test(`a crash of several lanes brings back the order of writing, from ${start} on`, async (t) => {
    const log = new LogBuilder({ era: 5, firstSequence: start });
    const lanes = [0, 1, 2].map((lane) => log.segment({ lane, generation: lane + 1 }));
    const model = new Map<string, number>();
    for (let step = 0; step < 24; step++) {
      log.put(lanes[(step * 7) % 3]!, `key ${step % 5}`, step);
      model.set(`key ${step % 5}`, start + step);
      if (step % 4 === 0) log.sync();
    }
    log.openSuperblock([0, 1, 2].map((lane) => ({ lane, first: lane + 1 })));
    const disk = diskOf(log);
    const report = recover(disk, DIRECTORY);
    t.is(report.problem, undefined);
    t.is(report.lastSequence, start + 23);
    for (const readOnly of [true, false]) {
      const store = await openIn(new TestEnvironment(disk), DIRECTORY, { readOnly });
      t.deepEqual([...store.keys()], [...model.keys()].sort());
      for (const [key, sequence] of model) {
        const { value, version } = store.getEntry(key)!;
        t.is(version, 5 * 2 ** 32 + sequence);
        t.is(value, sequence - start);
      }
      await store.close();
    }
  });
}
