// An unused store costs nothing, a closed one leaves nothing behind. Figures with their limits,
// over longer times: node dist/test/idle/run.js.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import type { CyclesReport, RestReport, SmallReport } from '../idle/child.js';
import { measure } from '../idle/measure.js';
import { hasResources } from '../idle/resources.js';
import { openAny } from '../support/any-store.js';
import { isPossible } from '../support/medium.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const REST_MS = 3000;
const CYCLES = 250;
/** The heap and its libraries come and go by some; a leak of each cycle is one a cycle or more. */
const MAPPINGS_GROWTH_MAX = 40;
const MEMORY_GROWTH_MAX = 32 * 1024 * 1024;
const EMPTY_BYTES_MAX = 2 * 1024 * 1024;
/** Far above what is measured: only a loop that never rests is found here. */
const REST_SHARE_MAX = 0.05;

for (const io of ['mapped', 'buffered'] as const) {
  const testIo = isPossible(io) ? test : test.skip;
  const onLinux = hasResources() ? testIo : test.skip;
  onLinux(
    `opening and closing leaves no descriptor, mapping, thread or disk (${io})`,
    async (t) => {
      const path = join(temporaryDirectory(t), 'store');
      const { report } = await measure<CyclesReport>({ kind: 'cycles', path, io, amount: CYCLES });
      const { before, after } = report;
      t.log(before, after);
      t.is(after.descriptors, before.descriptors);
      t.is(after.storeMappings, 0);
      t.true(after.mappings - before.mappings <= MAPPINGS_GROWTH_MAX);
      t.true(after.threads <= before.threads);
      t.true(after.diskBytes <= before.diskBytes);
      t.true(after.memoryBytes - before.memoryBytes <= MEMORY_GROWTH_MAX);
    },
  );

  testIo(`an open store at rest uses no processor (${io})`, async (t) => {
    const path = join(temporaryDirectory(t), 'store');
    const { report } = await measure<RestReport>({ kind: 'rest', path, io, amount: REST_MS });
    const share = report.cpuMs / report.wallMs;
    t.log(`${(share * 100).toFixed(3)} %`);
    t.true(share < REST_SHARE_MAX);
  });

  testIo(`a process that never closes its store ends by itself, writes made (${io})`, async (t) => {
    const path = join(temporaryDirectory(t), 'store');
    const { endMs } = await measure({ kind: 'end', path, io, amount: 500 });
    t.log(`${endMs.toFixed(0)} ms`);
    const store = await openAny(path, { io });
    t.is(store.count(), 500);
    await store.close();
  });

  testIo(`an empty store is small (${io})`, async (t) => {
    const path = join(temporaryDirectory(t), 'stores');
    mkdirSync(path);
    const { report } = await measure<SmallReport>({ kind: 'small', path, io, amount: 10 });
    t.log(`${report.diskBytes / 1024} KiB, opened in ${report.openMs[5]?.toFixed(1)} ms`);
    t.true(report.diskBytes <= EMPTY_BYTES_MAX);
  });
}
