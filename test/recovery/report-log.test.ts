// Recovery of a log as a report.

import test from 'ava';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { reportLog } from '../../src/recovery/report-log.js';
import { fillLog, openTestLog } from '../support/logs.js';

test('a report of a log says what there is, also across a change of era', async (t) => {
  const { log, disk, sync } = await openTestLog({ startSequence: 2 ** 31 });
  log.append('a');
  log.appendEpochBarrier();
  sync();
  const second = await openTestLog({}, { disk: disk.kill() });
  fillLog(second.log, 1);
  second.sync();
  const state = readSuperblock(second.disk, '/log');
  let counted = 0;
  const report = reportLog(second.disk, '/log', state, () => counted++);
  t.like(report, { outcome: 'unclean', era: 1, problem: undefined });
  t.deepEqual(report.log, {
    position: 0,
    end: second.log.position,
    firstSequence: 2 ** 31,
    lastSequence: second.log.nextSequence - 1,
    epoch: 2,
  });
  t.is(report.records, counted);
  t.deepEqual(
    report.segments.map(({ generation, role }) => [generation, role]),
    [
      [1, 'live'],
      [2, 'live'],
      [3, 'live'],
    ],
  );
  const records = report.segments.reduce((sum, segment) => sum + segment.records, 0);
  t.is(records, report.records);
  t.is(report.segments[0]!.firstSequence, 2 ** 31);
});

test('damage is the problem of a report, with its place', async (t) => {
  const { log, disk, sync } = await openTestLog();
  fillLog(log, 2);
  sync();
  const left = disk.kill();
  left.removeRaw(log.segmentPaths[1]!);
  const report = reportLog(left, '/log', readSuperblock(left, '/log'));
  t.is(report.outcome, 'corrupt');
  t.like(report.problem!, { code: 'CORRUPT', file: log.segmentPaths[1]! });
  t.is(report.segments.length, 1);
});
