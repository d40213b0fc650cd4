// What docs/seeds.md says of several logs under one store: its lanes have one order of sequences, so
// that recovery has one end for all of them, and records above it count in none.

import test from 'ava';

import { recover } from '../../src/recovery/recover.js';
import { putCities } from '../support/fixture-case.js';
import { LogBuilder } from '../support/log-builder.js';
import { TestDisk } from '../support/test-disk.js';

/** Two lanes written by turns; the newest two records of the first one are gone. */
function twoLanes(isDurable: boolean) {
  const log = new LogBuilder();
  const first = log.segment({ lane: 0, generation: 1 });
  const second = log.segment({ lane: 1, generation: 2 });
  putCities(log, first, 1, 2);
  putCities(log, second, 3, 2);
  log.sync();
  putCities(log, first, 5, 2);
  if (isDurable) log.sync();
  putCities(log, second, 7, 3);
  first.bytes.fill(0, first.offsets[2]!);
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 2 }]);
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  for (const [name, bytes] of log.files) disk.writeFileRaw(`/store/${name}`, bytes);
  const sequences: number[] = [];
  const report = recover(disk, '/store', {
    begin: () => undefined,
    accept: ({ reader }) => {
      sequences.push(reader.sequence);
    },
  });
  return { report, sequences, damaged: `/store/${first.name}`, at: first.offsets[2] };
}

test('what one lane lost that was not durable ends the history of all lanes', (t) => {
  const { report, sequences } = twoLanes(false);
  t.is(report.outcome, 'unclean');
  t.deepEqual(sequences, [1, 2, 3, 4]);
  t.is(report.droppedRecords, 3);
});

test('what one lane lost that another one knows to be durable is corruption', (t) => {
  const { report, damaged, at } = twoLanes(true);
  t.is(report.outcome, 'corrupt');
  t.is(report.problem?.code, 'CORRUPT');
  t.deepEqual([report.problem?.file, report.problem?.offset], [damaged, at]);
});
