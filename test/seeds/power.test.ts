// What docs/seeds.md says of sudden ends: power cut at any call of the disk, processes killed at any
// time. What was acknowledged is there, nothing else is, and the files read are those written.

import test from 'ava';

import { readLog } from '../../src/wal-api.js';
import { newPath } from '../support/stores.js';
import type { TestDisk } from '../support/test-disk.js';
import {
  MEDIA,
  numbered,
  openNewOn,
  openOn,
  openReal,
  PATH,
  realCopy,
  realMedia,
  runChild,
  segmentFiles,
  textsOf,
  textsOn,
} from './seed-logs.js';

const SEGMENT_HEADER_BYTES = 4096;

test('a sync covers the segments that were left before it: a cut loses none of them', async (t) => {
  for (const io of MEDIA) {
    for (const prepares of [false, true]) {
      const { log, disk, background } = await openNewOn({ io }, { mode: 'told', prepares });
      const texts = numbered(150, 1000);
      for (const text of texts) log.append(text);
      t.true(log.stats().rotations >= 2);
      t.true(log.syncedPosition < (log.segments[1]?.position ?? 0));
      background.runRound();
      t.is(log.syncedPosition, log.position);
      t.deepEqual(await textsOn(disk.cut(1, 'lose-all-unsynced'), { io }), texts);
      for (let seed = 0; seed < 20; seed++) {
        t.deepEqual(await textsOn(disk.cut(seed), { io }), texts);
      }
      await log.close();
    }
  }
});

test('names that the disk may lose are synced first: a cut at any call finds every segment', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io }, { prepares: true });
    const cuts: { disk: TestDisk; synced: number; first: number }[] = [];
    const texts: string[] = [];
    let synced = 0;
    let first = 0;
    disk.onOperation(() => {
      // With its newest content and without its unsynced names, the other way round, and neither.
      const files = segmentFiles(disk);
      const newest = { path: `${PATH}/${files.at(-1)}`, keep: () => true } as const;
      cuts.push({ disk: disk.cut(1, 'lose-all-unsynced'), synced, first });
      cuts.push({ disk: disk.cut(1, { ...newest, others: 'lose-all-unsynced' }), synced, first });
      cuts.push({ disk: disk.cut(cuts.length), synced, first });
    });
    for (let group = 0; group < 6; group++) {
      for (const text of numbered(30, 1000, texts.length)) {
        texts.push(text);
        log.append(text);
      }
      await log.sync();
      synced = texts.length;
      if (group === 3) {
        const at = log.segments.at(-1)?.position ?? 0;
        first = texts.findIndex((_text, index) => index * 1024 >= at - 1024);
        log.retire(at);
      }
    }
    disk.onOperation(undefined);
    t.true(log.stats().rotations >= 2);
    t.true(cuts.length > 60);
    for (const cut of cuts) {
      const found = await textsOn(cut.disk, { io });
      const last = Number(found.at(-1)?.replaceAll('.', '') ?? -1);
      t.true(last + 1 >= cut.synced, `${last} of ${cut.synced}`);
      const begin = last + 1 - found.length;
      t.deepEqual(found, texts.slice(begin, last + 1));
      t.true(begin <= first);
    }
    await log.close();
  }
});

test('of an entry torn after any of its words nothing is read, and all before it is', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    const texts = numbered(3, 20);
    for (const text of texts) log.append(text);
    await log.sync();
    const start = SEGMENT_HEADER_BYTES + log.position;
    log.append('the torn one, of several words');
    log.flushSync();
    const end = SEGMENT_HEADER_BYTES + log.position;
    const whole = disk.kill();
    const file = `${PATH}/${segmentFiles(whole)[0]}`;
    const bytes = whole.readFileRaw(file);
    const order = Array.from({ length: (end - start) / 4 }, (_, word) => word);
    for (const missing of [
      ...order.map((word) => [word]),
      ...order.map((word) => order.slice(word)),
    ]) {
      const torn = whole.kill();
      const content = Uint8Array.from(bytes);
      for (const word of missing) content.fill(0, start + word * 4, start + word * 4 + 4);
      if (Buffer.compare(content.subarray(start, end), bytes.subarray(start, end)) === 0) continue;
      torn.writeFileRaw(file, content);
      const found = textsOf(readLog(realCopy(t, torn)));
      t.deepEqual(found, texts, `words ${missing}`);
      t.deepEqual(await textsOn(torn, { io }), texts);
    }
    await log.close();
  }
});

test('a cut at any call of retire() finds the log as it was before it, or after', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io, ringSegments: 16 });
    const texts = numbered(250, 1000);
    for (const text of texts) log.append(text);
    await log.sync();
    const before = log.firstPosition;
    const cuts: TestDisk[] = [];
    disk.onOperation(() => cuts.push(disk.cut(cuts.length), disk.cut(1, 'lose-all-unsynced')));
    const retired = log.retire(log.position);
    disk.onOperation(undefined);
    t.true(retired >= 3);
    cuts.push(disk.cut(1, 'lose-all-unsynced'));
    const after = log.firstPosition;
    const begins = new Set<number>();
    t.true(cuts.length > 6);
    for (const cut of cuts) {
      const { log: again } = await openOn(cut, { io });
      const found = textsOf(again.entries());
      t.deepEqual(found, texts.slice(texts.length - found.length));
      begins.add(again.firstPosition);
      t.is(found.length === texts.length, again.firstPosition === before);
      t.is(again.position, log.position);
    }
    t.deepEqual([...begins].sort(), [before, after]);
  }
});

test('a killed process leaves what it acknowledged, in the files that it wrote', async (t) => {
  for (const io of realMedia()) {
    const path = newPath(t);
    const enough = (lines: string[]) => lines.length > 60;
    const { lines, signal } = await runChild({ kind: 'append', path, io }, enough);
    t.is(signal, 'SIGKILL');
    const numberOf = (word: string) =>
      Math.max(
        ...lines.filter((line) => line.startsWith(word)).map((line) => +line.slice(word.length)),
      );
    const synced = numberOf('synced ');
    const read = textsOf(readLog(path));
    const log = await openReal(t, { io, createIfMissing: false }, path);
    t.is(log.recovery.outcome, 'unclean');
    const found = textsOf(log.entries());
    t.deepEqual(read, found);
    t.true(found.length >= synced, `${found.length} of ${synced}`);
    t.true(io === 'buffered' || found.length >= numberOf('appended '));
    t.true(found.every((text, index) => text === `entry ${index}`));
    await log.close();
  }
});
