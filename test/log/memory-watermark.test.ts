// The watermark of a log that is open in this thread.

import { setTimeout } from 'node:timers/promises';

import test from 'ava';
import { ControlBlock, DURABLE } from '../../src/control/control-block.js';
import { MemoryWatermark } from '../../src/log/memory-watermark.js';

function begin(signal?: AbortSignal) {
  const { words } = ControlBlock.create({ lanesMax: 1, slotsPerLane: 1, chunkCount: 1 });
  const state = { isEnded: false };
  const watermark = new MemoryWatermark(words, signal, {
    pollMs: 20,
    durable: () => words[DURABLE]!,
    isEnded: () => state.isEnded,
  });
  const raise = (durable: number) => {
    Atomics.store(words, DURABLE, durable);
    Atomics.notify(words, DURABLE);
  };
  return { watermark, state, raise };
}

test('a wait ends when more is durable than was asked for last', async (t) => {
  const { watermark, raise } = begin();
  t.is(watermark.durable(), 0);
  const waiting = watermark.wait();
  await setTimeout(5);
  raise(3);
  t.true(await waiting);
  t.true(await watermark.wait());
  t.is(watermark.durable(), 3);
});

test('what became durable before the end is still given, then it is the end', async (t) => {
  const { watermark, raise, state } = begin();
  watermark.durable();
  raise(1);
  state.isEnded = true;
  t.true(await watermark.wait());
  t.is(watermark.durable(), 1);
  t.false(await watermark.wait());
});

test('an end that nobody announces is seen at the next look', async (t) => {
  const { watermark, state } = begin();
  watermark.durable();
  const waiting = watermark.wait();
  state.isEnded = true;
  t.false(await waiting);
});

test('an abort ends the wait at once, and its listener is gone afterwards', async (t) => {
  const abort = new AbortController();
  const { watermark } = begin(abort.signal);
  watermark.durable();
  const waiting = watermark.wait();
  abort.abort();
  t.false(await waiting);
  t.false(await watermark.wait());
  watermark.close();
});
