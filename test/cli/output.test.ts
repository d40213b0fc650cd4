// Printing in pieces to a reader that may be slow, or gone.

import test from 'ava';

import { InterruptedError } from '../../src/cli/exit-codes.js';
import { isClosedPipe, Output, type OutputStream } from '../../src/cli/output.js';

class FakeStream implements OutputStream {
  readonly isTTY: boolean | undefined;
  readonly pieces: string[] = [];
  waiting = 0;
  /** The write with this number fails. */
  failing = Number.POSITIVE_INFINITY;
  listeners = 0;

  constructor(isTTY?: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string, done: (error?: Error | null) => void): boolean {
    this.pieces.push(text);
    this.waiting++;
    const isFailing = this.pieces.length === this.failing;
    const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    setImmediate(() => {
      this.waiting--;
      done(isFailing ? error : null);
    });
    return false;
  }

  on(): void {
    this.listeners++;
  }
}

function* numbers(count: number, state: { isEnded: boolean }): Generator<string> {
  try {
    for (let number = 0; number < count; number++) yield `line ${number}`;
  } finally {
    state.isEnded = true;
  }
}

test('all lines come out, in pieces, one at a time', async (t) => {
  const stream = new FakeStream();
  const state = { isEnded: false };
  await new Output(stream).print(numbers(20000, state));
  const expected = [...numbers(20000, state)].map((line) => `${line}\n`).join('');
  t.is(stream.pieces.join(''), expected);
  t.true(stream.pieces.length > 3);
  t.true(Math.max(...stream.pieces.map((piece) => piece.length)) < 40000);
  t.is(stream.waiting, 0);
  t.is(stream.listeners, 1);
});

test('nothing is written for no lines', async (t) => {
  const stream = new FakeStream();
  await new Output(stream).print([]);
  t.deepEqual(stream.pieces, []);
});

test('a closed pipe ends the lines and is told apart from other errors', async (t) => {
  const stream = new FakeStream();
  stream.failing = 2;
  const state = { isEnded: false };
  const error = await t.throwsAsync(new Output(stream).print(numbers(50000, state)));
  t.true(isClosedPipe(error));
  t.false(isClosedPipe(new Error('EPIPE')));
  t.true(state.isEnded);
  t.is(stream.pieces.length, 2);
});

test('an aborted signal ends the lines after the piece being written', async (t) => {
  const stream = new FakeStream();
  const controller = new AbortController();
  const state = { isEnded: false };
  const printed = new Output(stream).print(numbers(50000, state), controller.signal);
  controller.abort();
  await t.throwsAsync(printed, { instanceOf: InterruptedError });
  t.true(state.isEnded);
  t.is(stream.pieces.length, 1);
});

test('a terminal is known as one', (t) => {
  t.true(new Output(new FakeStream(true)).isTerminal);
  t.false(new Output(new FakeStream()).isTerminal);
});
