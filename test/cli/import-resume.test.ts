// A resumable import that is killed at random moments and started again with the same input: in the end
// every line is there, none was written twice, and the order of the lines decided.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { open } from '../../src/index.js';
import { Choices } from '../support/choices.js';
import { COMMAND } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const LINES = 60_000;
/** Keys that are written again and again. */
const SHARED = 50;
const KILLS = 8;
/** A run that gets this far on its own ends the test. */
const RUNS_MAX = 60;

function inputText(): string {
  let text = '';
  for (let line = 1; line <= LINES; line++) {
    const key = line % 3 === 0 ? `shared ${line % SHARED}` : `own ${line}`;
    text += `${JSON.stringify({ key, value: line })}\n`;
    if (line % 1000 === 0) text += '\n';
  }
  return text;
}

/** The last line that wrote each key. */
function expected(): Map<string, number> {
  const last = new Map<string, number>();
  for (let line = 1; line <= LINES; line++) {
    last.set(line % 3 === 0 ? `shared ${line % SHARED}` : `own ${line}`, line);
  }
  return last;
}

async function runOnce(path: string, input: string, killAfterMs: number | undefined) {
  const descriptor = openSync(input, 'r');
  const words = [COMMAND, 'import', '--create', '--resume', 'feed', path];
  const child = spawn(process.execPath, words, { stdio: [descriptor, 'pipe', 'inherit'] });
  closeSync(descriptor);
  let stdout = '';
  child.stdout?.on('data', (text) => {
    stdout += String(text);
  });
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { code, stdout };
}

/** Lines that a killed import had committed. */
async function linesDone(path: string): Promise<number> {
  if (!existsSync(join(path, 'superblock'))) return 0;
  const store = await open(path, { readOnly: true });
  const lines = store.lastCommit()?.offsets['feed'] ?? 0;
  await store.close();
  return lines;
}

test('killed at random moments, a resumable import neither loses nor repeats a line', async (t) => {
  const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);
  t.log(`seed ${seed}`);
  const choices = new Choices(seed);
  const root = temporaryDirectory(t);
  const input = join(root, 'input.jsonl');
  writeFileSync(input, inputText());
  const startedMs = Date.now();
  await runOnce(join(root, 'measured'), input, undefined);
  const wholeMs = Date.now() - startedMs;
  const path = join(root, 'store');
  let kills = 0;
  let done = 0;
  const steps: number[] = [];
  let ended: { code: number | null; stdout: string } = { code: null, stdout: '' };
  for (let run = 0; run < RUNS_MAX && ended.code !== 0; run++) {
    const isOver = kills >= KILLS && done > 0;
    // Longer each time: the machine may have become slower than it was measured.
    const delayMs = choices.between(wholeMs * 0.3, wholeMs * 0.7) * (1 + run / 20);
    ended = await runOnce(path, input, isOver ? undefined : delayMs);
    if (ended.code === 0) break;
    kills++;
    const now = await linesDone(path);
    t.true(now >= done, `${now} lines after ${done}`);
    done = now;
    steps.push(now);
  }
  t.is(ended.code, 0);
  t.log(`${kills} kills, after ${steps.join(', ')} lines`);
  const before = / behind (\d+) lines/.exec(ended.stdout)?.[1];
  t.is(before, done === 0 ? undefined : String(done));
  const store = await open(path, { readOnly: true });
  const entries = [...store.entries()];
  t.deepEqual(new Map(entries as [string, number][]), new Map([...expected()].sort()));
  t.is(store.lastCommit()?.offsets['feed'], LINES + LINES / 1000 - 1);
  // A line that was written twice would have a version behind those of later lines.
  const order = entries
    .map(([key, line]) => ({ line: Number(line), version: store.getEntry(key)!.version }))
    .sort((a, b) => a.line - b.line);
  for (const [index, { version }] of order.entries()) {
    t.true(version >= (order[index - 1]?.version ?? 0));
  }
  await store.close();
});
