// What docs/seeds.md says of the calls themselves: what a log tells of itself, that every option does
// something, one format for both media, and errors that leave the log as it was.

import type { ExecutionContext } from 'ava';
import test from 'ava';

import type { LogOptions } from '../../src/wal-api.js';
import { isLaneError, LaneError, openLog, readLog } from '../../src/wal-api.js';
import { newPath } from '../support/stores.js';
import {
  MEDIA,
  numbered,
  openNewOn,
  openOn,
  openReal,
  realCopy,
  SEGMENT_BYTES,
  segmentFiles,
  textsOf,
} from './seed-logs.js';

test('a log tells its path, whether it is open, and the sequence that comes next', async (t) => {
  const path = newPath(t);
  const log = await openReal(t, {}, path);
  t.is(log.path, path);
  t.true(log.isOpen);
  for (const text of numbered(5)) {
    const { nextSequence } = log;
    t.is(log.append(text), nextSequence);
  }
  await log.close();
  t.false(log.isOpen);
  t.deepEqual([log.path, log.nextSequence], [path, 6]);
});

/** Each option, and what can be seen of it. */
const EFFECTS: { [Name in keyof LogOptions]-?: (t: ExecutionContext) => Promise<unknown[]> } = {
  createIfMissing: async () => {
    const made = await openNewOn({ createIfMissing: true });
    const refused = await openNewOn({ createIfMissing: false }).catch((error) => error.code);
    return [made.log.recovery.outcome, refused];
  },
  io: async () => {
    const media = await Promise.all(MEDIA.map((io) => openNewOn({ io })));
    return media.map(({ disk }) => disk.log.some((call) => call.operation === 'mapRegion'));
  },
  ringSegments: async () => {
    const rings = await Promise.all([2, 5].map((ringSegments) => openNewOn({ ringSegments })));
    return rings.map(({ log }) => {
      let count = 0;
      for (; log.stats().stalls === 0; count++) log.append('x'.repeat(SEGMENT_BYTES / 2));
      return count;
    });
  },
  segmentBytes: async () => {
    const sizes = [SEGMENT_BYTES, 2 * SEGMENT_BYTES];
    const logs = await Promise.all(sizes.map((segmentBytes) => openNewOn({ segmentBytes })));
    return logs.map(({ log, disk }) => disk.sizeRaw(log.segmentPaths[0] ?? ''));
  },
  syncDelayMs: async (t) => {
    const longest: number[] = [];
    for (const syncDelayMs of [0, 400]) {
      const log = await openLog(newPath(t), { syncDelayMs });
      const times: number[] = [];
      // One alone may go with a sync that the log itself was in haste about.
      for (const text of numbered(4)) {
        const start = performance.now();
        const last = log.append(text);
        while (!log.isSynced(last)) await new Promise((resolve) => setTimeout(resolve, 5));
        times.push(performance.now() - start);
      }
      longest.push(syncDelayMs === 0 ? Math.min(...times) : Math.max(...times));
      await log.close();
    }
    return [(longest[1] ?? 0) - (longest[0] ?? 0) > 150];
  },
  stallMsMax: async (t) => {
    const times: number[] = [];
    for (const stallMsMax of [30, 250]) {
      const { log, background } = await openNewOn({ stallMsMax, ringSegments: 2 });
      background.drain = () => undefined;
      const start = performance.now();
      const fill = () => {
        for (;;) log.append('x'.repeat(SEGMENT_BYTES / 2));
      };
      t.throws(fill, { code: 'STORE_STALLED' });
      times.push(performance.now() - start);
    }
    return [(times[0] ?? 0) < 200, (times[1] ?? 0) >= 250];
  },
  startSequence: async () => {
    const logs = await Promise.all(
      [1, 2 ** 33 + 5].map((one) => openNewOn({ startSequence: one })),
    );
    return logs.map(({ log }) => log.append('first'));
  },
  position: async () => {
    const { log, disk } = await openNewOn();
    log.append('kept');
    const { position } = log;
    log.append('given up');
    await log.close();
    return textsOf((await openOn(disk, { position })).log.entries());
  },
};

const SEEN = {
  createIfMissing: ['new', 'STORE_NOT_FOUND'],
  io: [false, true],
  ringSegments: [3, 6],
  segmentBytes: [SEGMENT_BYTES, 2 * SEGMENT_BYTES],
  syncDelayMs: [true],
  stallMsMax: [true, true],
  startSequence: [1, 2 ** 33 + 5],
  position: ['kept'],
};

test('every option of a log has an effect that can be seen, and another name is refused', async (t) => {
  for (const name of Object.keys(SEEN) as (keyof LogOptions)[]) {
    t.deepEqual(await EFFECTS[name](t), SEEN[name], name);
  }
  for (const name of ['use_large_pages', 'syncOnAppend', 'dir', 'SegmentBytes']) {
    const options = { [name]: true } as LogOptions;
    await t.throwsAsync(openLog(newPath(t), options), { message: new RegExp(name) });
  }
});

test('both media write the same bytes for the same calls, and one reader reads them', async (t) => {
  const files: [string, Uint8Array][][] = [];
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    for (const text of numbered(100, 1000)) log.append(text);
    log.appendPut('key', 'value');
    log.appendDelete('key');
    log.appendEpochBarrier();
    await log.close();
    t.is(textsOf(readLog(realCopy(t, disk))).length, 103);
    files.push(
      segmentFiles(disk).map((name) => [name, Uint8Array.from(disk.readFileRaw(`/store/${name}`))]),
    );
  }
  t.true((files[0]?.length ?? 0) > 1);
  t.deepEqual(files[1], files[0]);
});

test('the same calls do the same through either medium, without a second set of methods', async (t) => {
  const results = [];
  for (const io of MEDIA) {
    const { log } = await openNewOn({ io });
    t.is(log.stats().io, io);
    const put = log.appendPut('key', 'value');
    const gone = log.appendDelete('key');
    const entry = log.append('entry');
    const boundary = log.submitSync();
    await log.sync();
    const durable = [put, gone, entry, boundary].map((sequence) => log.isSynced(sequence));
    const { position, syncedPosition } = log;
    results.push({ boundary, durable, position, syncedPosition, entries: [...log.entries()] });
    await log.close();
  }
  t.deepEqual(results[1], results[0]);
  t.deepEqual(results[0]?.durable, [true, true, true, true]);
});

test('an error has a code, and a call that was refused has changed nothing', async (t) => {
  const { log, disk } = await openNewOn();
  log.append('one');
  await log.sync();
  const state = () => [log.position, log.nextSequence, log.epoch, log.entriesSinceSync];
  const before = state();
  const { operationCount } = disk;
  const hostile = { type: 'put', key: 'k', value: 'v'.repeat(100_000) } as const;
  for (const [call, code] of [
    [() => log.append('x'.repeat(100_000)), 'RECORD_TOO_LARGE'],
    [() => log.appendBatch([hostile]), 'RECORD_TOO_LARGE'],
    [() => log.retire(log.position + 1), 'POSITION_NOT_FOUND'],
    [() => [...log.entries({ from: 3 })], 'POSITION_NOT_FOUND'],
  ] as const) {
    const error = t.throws(call, { instanceOf: LaneError });
    t.true(isLaneError(error, code));
    t.deepEqual(state(), before);
  }
  t.throws(() => log.appendEpochBarrier(0), { instanceOf: RangeError });
  t.throws(() => log.appendPut('k'.repeat(1025), ''), { instanceOf: RangeError });
  t.deepEqual(state(), before);
  t.true(disk.log.slice(operationCount).every((call) => call.operation !== 'write'));
  t.is(log.append('two'), 2);
  await log.close();
});
