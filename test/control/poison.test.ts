// The sticky poison: the first cause stays, whatever it is, and every thread can name it.

import test from 'ava';

import {
  ControlBlock,
  DURABLE,
  POISON,
  PREPARE_DONE,
  SYNC_REQUEST,
} from '../../src/control/control-block.js';
import { isPoisoned, poison, poisonError } from '../../src/control/poison.js';
import { isLaneError, LaneError } from '../../src/errors.js';

function newControl(): ControlBlock {
  return ControlBlock.create({ lanesMax: 1, slotsPerLane: 1, chunkCount: 1 });
}

/** The error as another thread sees it. */
function errorOf(control: ControlBlock): LaneError {
  return poisonError(new ControlBlock(control.buffer));
}

test('a store is not poisoned until something failed, then for ever', (t) => {
  const control = newControl();
  t.false(isPoisoned(control));
  poison(control, new Error('gone'));
  t.true(isPoisoned(control));
  t.true(isPoisoned(new ControlBlock(control.buffer)));
});

test('the error names code, file and offset of the cause', (t) => {
  const control = newControl();
  poison(control, new LaneError('IO_ERROR', 'EIO: sync', { file: '/store/x', offset: 4096 }));
  const error = errorOf(control);
  t.is(error.code, 'STORE_POISONED');
  t.regex(error.message, /EIO: sync/);
  t.is(error.file, '/store/x');
  t.is(error.offset, 4096);
  t.true(isLaneError(error.cause, 'IO_ERROR'));
  t.is((error.cause as LaneError).file, '/store/x');
});

test('the first cause stays, later ones change nothing', (t) => {
  const control = newControl();
  poison(control, new LaneError('DISK_FULL', 'first'));
  poison(control, new LaneError('IO_ERROR', 'second'));
  const error = errorOf(control);
  t.regex(error.message, /first/);
  t.true(isLaneError(error.cause, 'DISK_FULL'));
});

for (const code of ['DISK_FULL', 'IO_ERROR', 'BACKGROUND_FAILED'] as const) {
  test(`a cause with the code ${code} keeps it`, (t) => {
    const control = newControl();
    poison(control, new LaneError(code, 'why'));
    t.true(isLaneError(errorOf(control).cause, code));
  });
}

test('a cause that is no LaneError, or not even an error, is told as text', (t) => {
  for (const [cause, message] of [
    [new RangeError('out of range'), /out of range/],
    ['just words', /just words/],
    [undefined, /undefined/],
  ] as const) {
    const control = newControl();
    poison(control, cause);
    t.true(isPoisoned(control));
    const error = errorOf(control);
    t.is(error.code, 'STORE_POISONED');
    t.regex(error.message, message);
    t.true(isLaneError(error.cause, 'IO_ERROR'));
  }
});

test('a very long cause is cut, in any script, and stays readable', (t) => {
  for (const letter of ['x', '\u00e9', '\u65e5', '\u{1f600}', '"', '\u0000', '\ud800']) {
    const control = newControl();
    const long = letter.repeat(100_000);
    poison(control, new LaneError('IO_ERROR', long, { file: long, offset: 1 }));
    const error = errorOf(control);
    t.is(error.code, 'STORE_POISONED');
    t.true(error.message.length > 50);
    t.is(error.offset, 1);
  }
});

test('a store that is being poisoned by another thread has an error already', (t) => {
  const control = newControl();
  control.words[POISON] = 1;
  t.true(isPoisoned(control));
  t.is(errorOf(control).code, 'STORE_POISONED');
});

// Serial: it replaces a global function while it runs.
test.serial('what another thread is poisoning the store with this moment is waited for', (t) => {
  const other = newControl();
  poison(other, new LaneError('IO_ERROR', 'EIO at the very moment'));
  const control = newControl();
  control.words[POISON] = 1;
  const { wait } = Atomics;
  t.teardown(() => {
    Atomics.wait = wait;
  });
  Atomics.wait = (() => {
    control.words.set(other.words);
    control.poisonText.set(other.poisonText);
    return 'ok';
  }) as typeof Atomics.wait;
  const error = errorOf(control);
  Atomics.wait = wait;
  t.regex(error.message, /EIO at the very moment/);
  t.is((error.cause as LaneError).code, 'IO_ERROR');
});

test('poison wakes everybody who waits for a sync, a segment or a request', async (t) => {
  const control = newControl();
  const waits = [DURABLE, SYNC_REQUEST, PREPARE_DONE].map((word) =>
    Atomics.waitAsync(control.words, word, 0, 10_000),
  );
  poison(control, new Error('gone'));
  for (const wait of waits) t.is(await wait.value, 'ok');
});
