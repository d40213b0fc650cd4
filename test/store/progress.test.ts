// The progress of an open: a report every 65,536 records, and one of the rest.

import test from 'ava';

import { ProgressMeter } from '../../src/store/progress.js';

function reportsOf(records: number): number[] {
  const reports: number[] = [];
  const meter = new ProgressMeter((progress) => reports.push(progress.records));
  for (let record = 0; record < records; record++) meter.count();
  meter.finish();
  meter.finish();
  return reports;
}

test('every 65,536 records are reported, and the rest once', (t) => {
  t.deepEqual(reportsOf(0), []);
  t.deepEqual(reportsOf(1), [1]);
  t.deepEqual(reportsOf(65_536), [65_536]);
  t.deepEqual(reportsOf(131_073), [65_536, 131_072, 131_073]);
});

test('nobody has to listen', (t) => {
  const meter = new ProgressMeter(undefined);
  for (let record = 0; record < 70_000; record++) meter.count();
  t.notThrows(() => meter.finish());
});
