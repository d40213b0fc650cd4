// The preparer's loop: every request is served, every end is noticed, whatever the moment.

import test from 'ava';

import { CLOSING, ControlBlock, POISON, PREPARE_REQUEST } from '../../src/control/control-block.js';
import { poison } from '../../src/control/poison.js';
import type { Sleep } from '../../src/threads/serve-requests.js';
import { serveRequests } from '../../src/threads/serve-requests.js';

function newControl(): ControlBlock {
  return ControlBlock.create({ lanesMax: 1, slotsPerLane: 1, chunkCount: 1 });
}

/** As the thread that closes the store does it. */
function close({ words }: ControlBlock): void {
  Atomics.store(words, CLOSING, 1);
  Atomics.add(words, PREPARE_REQUEST, 1);
}

/** A sleep that wakes only if it must; `meanwhile` is what others do while it lasts. */
function sleepOf(control: ControlBlock, meanwhile: () => void): Sleep {
  return (words, index, seen) => {
    if (words !== control.words) throw new Error('sleeps elsewhere');
    if (words[index] !== seen) return;
    if (words[CLOSING] !== 0) throw new Error('sleeps for ever: the close has been');
    meanwhile();
  };
}

test('every request is served, until the store closes', (t) => {
  const control = newControl();
  let served = 0;
  let requests = 0;
  const sleep = sleepOf(control, () => {
    if (++requests === 3) close(control);
    else Atomics.add(control.words, PREPARE_REQUEST, 1);
  });
  serveRequests(control, () => ++served > 0, sleep);
  t.is(served, 3);
});

// Not parallel with others of this file: it replaces a global function while it runs.
test.serial('a close between any two looks of the loop is noticed', (t) => {
  const { load } = Atomics;
  t.teardown(() => {
    Atomics.load = load;
  });
  for (let closeAfter = 1; closeAfter <= 8; closeAfter++) {
    const control = newControl();
    let loads = 0;
    let served = 0;
    Atomics.load = ((words: Int32Array, index: number) => {
      const value = load(words, index);
      if (++loads === closeAfter) close(control);
      return value;
    }) as typeof Atomics.load;
    const sleep = sleepOf(control, () => Atomics.add(control.words, PREPARE_REQUEST, 1));
    serveRequests(control, () => ++served > 0, sleep);
    Atomics.load = load;
    t.true(served <= closeAfter, `closed after look ${closeAfter}`);
    t.is(control.words[CLOSING], 1);
  }
});

test('a poisoned store and one whose process ends are served no more', (t) => {
  const poisoned = newControl();
  poison(poisoned, new Error('gone'));
  t.not(poisoned.words[POISON], 0);
  serveRequests(
    poisoned,
    () => t.fail() as never,
    sleepOf(poisoned, () => t.fail()),
  );
  let served = 0;
  const ending = newControl();
  serveRequests(
    ending,
    () => ++served < 1,
    sleepOf(ending, () => t.fail()),
  );
  t.is(served, 1);
});
