// The same crossings on the real disk with the real threads: what they wait on are 32-bit words that wrap,
// and sequences above 2^31. The process dies by taking a copy of its directory.

import { mkdirSync } from 'node:fs';

import type { ExecutionContext } from 'ava';
import test from 'ava';

import type { ControlBlock } from '../../src/control/control-block.js';
import {
  DURABLE,
  PREPARE_DONE,
  PREPARE_REQUEST,
  ROUND,
  SYNC_COUNT,
  SYNC_REQUEST,
} from '../../src/control/control-block.js';
import { open } from '../../src/index.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import { isPossible } from '../support/medium.js';
import { copyUnclean, newPath } from '../support/stores.js';
import { EndsScript } from './ends-script.js';
import type { Place } from './placed-store.js';
import { createPlaced, OPTIONS } from './placed-store.js';

const HALF = 2 ** 31;
const WORDS = [ROUND, SYNC_REQUEST, PREPARE_REQUEST, PREPARE_DONE];

function startAt(value: number, words: readonly number[]) {
  return (control: ControlBlock) => {
    for (const word of words) control.words[word] = value | 0;
  };
}

const PLACES: Record<string, Place> = {
  'sequences cross 2^31': { era: 3, sequence: HALF - 50 },
  'sequences come near their end': { era: 2 ** 20, sequence: 0xffff0000 - 2731 - 300 },
  'words cross 2^31': { words: startAt(HALF - 20, [...WORDS, SYNC_COUNT]) },
  'words cross 2^32': { words: startAt(2 * HALF - 20, WORDS) },
  'sequences and words cross 2^31 together': {
    sequence: HALF - 20,
    words: startAt(HALF - 20, [...WORDS, SYNC_COUNT]),
  },
  'generations cross 2^31': { generation: HALF - 1, counter: 2 ** 32 - 3 },
};

for (const io of ['mapped', 'buffered'] as const) {
  for (const [title, place] of Object.entries(PLACES)) {
    test.serial(`${title}: threads go on, and so does the next process (${io})`, async (t) => {
      if (!isPossible(io)) {
        t.log(`${io} is not possible here`);
        t.pass();
        return;
      }
      await live(t, io, place);
    });
  }
}

async function live(t: ExecutionContext, io: 'mapped' | 'buffered', place: Place): Promise<void> {
  const directory = newPath(t);
  mkdirSync(directory);
  const environment = nodeEnvironment(io === 'mapped');
  const { store, control } = createPlaced({ environment, directory, io }, place);
  t.teardown(() => store.close().catch(() => undefined));
  const script = new EndsScript(store);
  for (let turn = 0; turn < 4; turn++) {
    await script.run(25);
    // Blocks until the syncer is done: what it waits on must not look like done before.
    store.flushSync();
    t.is(control.words[DURABLE]! >>> 0, store.stats().sequence % 2 ** 32);
  }
  script.check();
  t.true(store.stats().lanes[0]!.rotations >= 1);
  const copied = await copyUnclean(t, store);
  const expected = script.copy();
  await store.close();
  t.deepEqual(script.problems, []);
  for (const path of [copied, directory]) {
    const again = await open(path, { ...OPTIONS, io });
    t.teardown(() => again.close().catch(() => undefined));
    const next = new EndsScript(again, { ...expected, entries: new Map(expected.entries) });
    next.check();
    await next.run(30);
    next.check();
    await again.close();
    t.deepEqual(next.problems, []);
  }
}
