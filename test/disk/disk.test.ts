// A few real disks that are full or go away, where they can be made. More: npm run disk.

import test from 'ava';

import { runFull } from './full-run.js';
import { whyNoLoopDisk } from './loop-disk.js';
import { formatFull, formatShutdowns } from './report.js';
import { whyNoShutdown } from './shut-down.js';
import { runShutdowns } from './shutdown-run.js';

const CASES = 4;
const SHUTDOWNS = 2;
const whyNoDisk = whyNoLoopDisk('ext4');
const whyNoEnd = whyNoDisk ?? whyNoShutdown();
const onDisk = whyNoDisk === undefined ? test.serial : test.serial.skip;
const onEnd = whyNoEnd === undefined ? test.serial : test.serial.skip;
const note = (why: string | undefined): string => (why === undefined ? '' : ` (not run: ${why})`);

onDisk(`a real full disk loses nothing and can be left again${note(whyNoDisk)}`, async (t) => {
  t.timeout(180_000);
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed}`);
  const totals = await runFull({ seed, cases: CASES, type: 'ext4' });
  t.log(formatFull('ext4', totals));
  t.deepEqual(totals.violations, []);
  t.is(totals.cases, CASES);
});

onEnd(`a file system that is shut down loses nothing acknowledged${note(whyNoEnd)}`, async (t) => {
  t.timeout(180_000);
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed}`);
  const totals = await runShutdowns({ seed, shutdowns: SHUTDOWNS, type: 'ext4' });
  t.log(formatShutdowns('ext4', totals));
  t.deepEqual(totals.crash.violations, []);
  t.is(totals.crash.kills, SHUTDOWNS);
});
