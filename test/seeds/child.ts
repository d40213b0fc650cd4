// Processes that the tests of this folder start, one kind each. append: appends numbered entries and
// prints how many are synced, until it is killed; idle: prints the processor time that an open log
// takes in a second at rest; open: prints 'opened' or the code of the error.

import { setTimeout as sleep } from 'node:timers/promises';

import { isLaneError, openLog } from '../../src/wal-api.js';

export interface ChildTask {
  readonly kind: 'append' | 'idle' | 'open';
  readonly path: string;
  readonly io: 'buffered' | 'mapped';
}

const SETTLE_MS = 300;
const WINDOWS = 3;
const GROUP = 50;

async function append({ path, io }: ChildTask): Promise<void> {
  const log = await openLog(path, { io, segmentBytes: 65536 });
  for (let count = 0; ; count += GROUP) {
    for (let index = 0; index < GROUP; index++) log.append(`entry ${count + index}`);
    process.stdout.write(`appended ${count + GROUP}\n`);
    await log.sync();
    process.stdout.write(`synced ${count + GROUP}\n`);
  }
}

async function idle({ path, io }: ChildTask): Promise<void> {
  for (const ringSegments of [2, 4]) {
    const log = await openLog(`${path}-${ringSegments}`, { io, ringSegments });
    log.append('something');
    await log.sync();
    await sleep(SETTLE_MS);
    // What the process has to do once falls into one of them, what wakes it up again into each.
    const windows: number[] = [];
    for (let count = 0; count < WINDOWS; count++) {
      const before = process.cpuUsage();
      await sleep(1000 / WINDOWS);
      const { user, system } = process.cpuUsage(before);
      windows.push((user + system) / 1000);
    }
    process.stdout.write(`${Math.min(...windows) * WINDOWS}\n`);
    await log.close();
  }
}

async function open({ path, io }: ChildTask): Promise<void> {
  try {
    const log = await openLog(path, { io });
    await log.close();
    process.stdout.write('opened\n');
  } catch (error) {
    process.stdout.write(`${isLaneError(error) ? error.code : String(error)}\n`);
  }
}

const KINDS = { append, idle, open };
const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
await KINDS[task.kind](task);
