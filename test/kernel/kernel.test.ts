// What the kernel counts and what does not depend on the load of the machine: page faults of a
// writer in a prepared segment, bytes written for one durable write. The rest: npm run kernel.

import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { isPossible } from '../support/medium.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { hasCounters } from './counters.js';
import { measure } from './measure.js';

const MIB = 1 << 20;
const FAULTS_MAX = 50;
const PUT_BYTES_MAX = 8192;
const PAGE_BYTES = 4096;
/** Of tmpfs, from which nothing is written. */
const MEMORY_TYPE = 0x0102_1994;
const isOnDisk = hasCounters() && statfsSync(tmpdir()).type !== MEMORY_TYPE;
const onLinux = hasCounters() ? test.serial : test.serial.skip;
const mapped = isPossible('mapped') ? onLinux : test.serial.skip;

for (const mebibytes of [1, 16]) {
  const segmentBytes = mebibytes * MIB;
  // In the first ones the compiler and the collector still make room for themselves.
  const segments = mebibytes === 1 ? 16 : 5;

  onLinux(
    `a writer meets hardly a page fault in a prepared segment of ${mebibytes} MiB`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const task = { directory, isMapped: false, segmentBytes, segments };
      const faults = await measure('fill', task);
      t.log(faults.join(', '));
      // A busy system takes pages back and gives them again: the fill that it left alone counts.
      t.true(Math.min(...faults) < FAULTS_MAX);
    },
  );

  mapped(
    `in a mapped segment of ${mebibytes} MiB it meets one a page, as each was synced, and no more`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const task = { directory, isMapped: true, segmentBytes, segments };
      const faults = await measure('fill', task);
      t.log(faults.join(', '));
      t.true(Math.min(...faults) < segmentBytes / PAGE_BYTES + FAULTS_MAX);
    },
  );
}

for (const io of ['mapped', 'buffered'] as const) {
  const isCounted = isOnDisk && isPossible(io);
  const one = isCounted ? test.serial : test.serial.skip;
  one(`a durable write of 500 bytes writes at most two pages (${io})`, async (t) => {
    const path = join(temporaryDirectory(t), 'store');
    const report = await measure('alone', { path, io, segmentBytes: MIB, writes: 100 });
    t.log(report);
    t.is(report.syncs, 100);
    t.true(report.processBytes <= PUT_BYTES_MAX);
    t.true(report.processBytes >= 500, 'something is counted');
  });
}
