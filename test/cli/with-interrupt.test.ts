// Ctrl-C as a signal that a command can end at.

import test from 'ava';

import { InterruptedError } from '../../src/cli/exit-codes.js';
import { withInterrupt } from '../../src/cli/with-interrupt.js';

test.serial('without Ctrl-C the result comes through, and nobody listens afterwards', async (t) => {
  t.is(await withInterrupt(async (signal) => (signal.aborted ? 1 : 2)), 2);
  await t.throwsAsync(
    withInterrupt(async () => {
      throw new Error('failed');
    }),
    { message: 'failed' },
  );
  t.is(process.listenerCount('SIGINT'), 0);
});

test.serial('after Ctrl-C it is interrupted, whether it ended at the signal or not', async (t) => {
  for (const isHeeding of [true, false]) {
    const interrupted = withInterrupt(async (signal) => {
      process.emit('SIGINT');
      t.true(signal.aborted);
      if (isHeeding) signal.throwIfAborted();
      return 0;
    });
    await t.throwsAsync(interrupted, { instanceOf: InterruptedError });
  }
});

test.serial('a second Ctrl-C is not kept from the process', async (t) => {
  await t.throwsAsync(
    withInterrupt(async () => {
      process.emit('SIGINT');
      t.is(process.listenerCount('SIGINT'), 0);
    }),
  );
});
