// Following a log: durable entries in order, as they come, wherever the writer is.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import test from 'ava';
import type { LogEntry } from '../../src/wal-api.js';
import { followLog, openLog } from '../../src/wal-api.js';
import { fillLog, openRealLog, textOfEntry } from '../support/logs.js';
import { newPath } from '../support/stores.js';

/** Takes so many entries, then ends the follower. */
async function take(entries: AsyncGenerator<LogEntry, void>, count: number): Promise<string[]> {
  const texts: string[] = [];
  if (count === 0) return texts;
  for await (const entry of entries) {
    texts.push(textOfEntry(entry));
    if (texts.length === count) break;
  }
  return texts;
}

test('a follower of the open log gets what is there and what comes, across rotations', async (t) => {
  const log = await openRealLog(t, { segmentBytes: 65536 });
  const texts = fillLog(log, 2);
  const all = take(log.follow(), texts.length * 3);
  for (let round = 0; round < 2; round++) {
    await setTimeout(20);
    for (const text of texts) log.append(text);
  }
  t.deepEqual(await all, [...texts, ...texts, ...texts]);
});

test('a follower gets an entry only when it is durable', async (t) => {
  const log = await openRealLog(t, { syncDelayMs: 100 });
  log.append('first');
  for await (const entry of log.follow({ signal: AbortSignal.timeout(30_000) })) {
    t.true(log.syncedSequence >= entry.sequence);
    if (entry.sequence >= 50) break;
    log.append(`after ${entry.sequence}`);
  }
  t.pass();
});

test('a follower begins at a position, and ends when the signal is aborted or the log closed', async (t) => {
  const log = await openRealLog(t);
  log.append('a');
  const from = log.position;
  log.append('b');
  t.deepEqual(await take(log.follow({ from }), 1), ['b']);
  const abort = new AbortController();
  const waiting = take(log.follow({ signal: abort.signal }), 1000);
  await setTimeout(50);
  abort.abort();
  t.deepEqual(await waiting, ['a', 'b']);
  const last = take(log.follow(), 1000);
  await setTimeout(20);
  log.append('c');
  await log.close();
  t.deepEqual(await last, ['a', 'b', 'c']);
  const aborted = take(log.follow({ signal: AbortSignal.abort() }), 5);
  await t.throwsAsync(aborted, { code: 'STORE_CLOSED' });
});

test('options of a follower are checked', async (t) => {
  const log = await openRealLog(t);
  const wrong = [{ pollMs: 0 }, { pollMs: 60_001 }, { from: -1 }, { signal: {} }, { form: 1 }];
  for (const options of wrong) {
    await t.throwsAsync(take(log.follow(options as never), 1));
    await t.throwsAsync(take(followLog(log.path, options as never), 1));
  }
});

test('a follower in another process gets everything a writer acknowledged, through kills', async (t) => {
  const path = newPath(t);
  const first = await openLog(path, { segmentBytes: 65536 });
  await first.close();
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const got: number[] = [];
  const following = (async () => {
    for await (const entry of followLog(path, { signal: abort.signal, pollMs: 2 })) {
      if (entry.kind === 'bytes') got.push(Number(textOfEntry(entry).split(' ')[0]));
    }
  })();
  const child = fileURLToPath(new URL('../support/log-child.js', import.meta.url));
  let acknowledged = -1;
  for (let life = 0; life < 4; life++) {
    const writer = fork(child, [path, String(acknowledged + 1)], { stdio: 'inherit' });
    writer.on('message', (last: number) => {
      acknowledged = last;
    });
    await once(writer, 'message');
    await setTimeout(100 + life * 70);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    // Numbers that were written and not acknowledged are written again by the next life.
    const survivor = await openLog(path);
    const entries = [...survivor.entries()].filter((entry) => entry.kind === 'bytes');
    acknowledged = Number(textOfEntry(entries.at(-1)!).split(' ')[0]);
    await survivor.close();
  }
  for (let waited = 0; got.at(-1) !== acknowledged && waited < 10_000; waited += 10) {
    await setTimeout(10);
  }
  abort.abort();
  await following;
  t.true(acknowledged > 100);
  t.deepEqual(
    got,
    Array.from({ length: acknowledged + 1 }, (_, index) => index),
  );
});
