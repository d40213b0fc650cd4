// Recovery over built logs: what the report says, beyond what the fixtures hold.

import test from 'ava';

import { recover } from '../../src/recovery/recover.js';
import type { RecoveryReport } from '../../src/recovery/report.js';
import { beginLog, putCities } from '../support/fixture-case.js';
import { LogBuilder } from '../support/log-builder.js';
import { TestDisk } from '../support/test-disk.js';

function recoverFiles(files: Map<string, Uint8Array>): RecoveryReport {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  for (const [name, bytes] of files) disk.writeFileRaw(`/store/${name}`, bytes);
  return recover(disk, '/store');
}

test('a corrupt report still says how far the readable prefix goes', (t) => {
  const { log, first } = beginLog();
  putCities(log, first, 1, 3);
  first.damage(2, 8);
  log.cleanSuperblock([{ first: 1, last: first }]);
  const report = recoverFiles(log.files);
  t.is(report.outcome, 'corrupt');
  t.is(report.records, 2);
  t.is(report.lastSequence, 2);
});

test('a gap is reported in the lane that lost its records, not in one that reads on past it', (t) => {
  const log = new LogBuilder();
  const a = log.segment({ lane: 0, generation: 1 });
  const b = log.segment({ lane: 1, generation: 2 });
  putCities(log, a, 1, 2);
  putCities(log, b, 3, 2);
  log.sync();
  putCities(log, a, 5, 2);
  b.bytes.fill(0, b.offsets[1]!);
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 2 }]);
  const { problem } = recoverFiles(log.files);
  t.is(problem?.file, `/store/${b.name}`);
  t.is(problem?.offset, b.offsets[1]);
});

test('a torn end of the other lane does not draw the blame', (t) => {
  const log = new LogBuilder();
  const a = log.segment({ lane: 0, generation: 1 });
  const b = log.segment({ lane: 1, generation: 2 });
  putCities(log, a, 1, 2);
  putCities(log, b, 3, 2);
  log.sync();
  putCities(log, a, 5, 4);
  a.damage(4, 30);
  b.bytes.fill(0, b.offsets[0]!);
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 2 }]);
  const { problem, droppedRecords } = recoverFiles(log.files);
  t.is(problem?.file, `/store/${b.name}`);
  t.is(problem?.offset, b.offsets[0]);
  t.is(droppedRecords, 3);
});

test('a segment before the first of its own lane is left over, however old the other lanes are', (t) => {
  const log = new LogBuilder();
  const a = log.segment({ lane: 0, generation: 1 });
  const old = log.segment({ lane: 1, generation: 2 });
  putCities(log, a, 1, 2);
  log.sync();
  const b = log.segment({ lane: 1, generation: 3 });
  putCities(log, b, 3, 2);
  // A checkpoint moved the lane's beginning; its old segment was not yet used again.
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 3 }]);
  const report = recoverFiles(log.files);
  t.is(report.outcome, 'unclean');
  t.deepEqual(report.leftovers, [old.name]);
  t.deepEqual(
    report.segments.map((one) => [one.file, one.role]),
    [
      [a.name, 'live'],
      [b.name, 'live'],
    ],
  );
});

test('records before the beginning of their lane prove nothing', (t) => {
  const log = new LogBuilder({ firstSequence: 10 });
  const old = log.segment({ lane: 1, generation: 2 });
  log.sequence = 98;
  log.sync();
  putCities(log, old, 1, 1);
  const a = log.segment({ lane: 0, generation: 1 });
  log.segment({ lane: 1, generation: 3 });
  log.sequence = 9;
  log.durable = 9;
  putCities(log, a, 3, 2);
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 3 }]);
  const report = recoverFiles(log.files);
  t.is(report.outcome, 'unclean');
  t.is(report.durableEvidence, 9);
  t.deepEqual(report.leftovers, [old.name]);
});
