// A thread that writes a lane of its own: puts, batches and deletes of keys that name the lane, and of
// keys that all lanes share. Tells the sequence of every record in order when it is done.

import { parentPort, threadId, workerData } from 'node:worker_threads';

import { SYNC_REQUEST } from '../../src/control/control-block.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import type { Change, LogShape } from './log-fixture.js';
import { LogFixture } from './log-fixture.js';
import { seededRandom } from './random.js';

export interface LaneTask {
  shape: LogShape;
  lane: number;
  seed: number;
  records: number;
  /** Puts these many keys of all lanes in turns, nothing else: `key 0` and so on. */
  sharedKeys?: number;
  /** Stops early once its first word is not 0. */
  stop?: Int32Array;
}

export interface LaneResult {
  lane: number;
  sequences: number[];
}

/** What a lane writes as its record with this index: the same whenever it is asked. */
export function changesOf(
  task: Pick<LaneTask, 'lane' | 'seed' | 'sharedKeys'>,
  index: number,
): Change[] {
  if (task.sharedKeys !== undefined) {
    const key = Buffer.from(`key ${index % task.sharedKeys}`);
    return [{ key, value: Buffer.from(`${task.lane}:${index};`) }];
  }
  const random = seededRandom(task.seed * 1_000_003 + task.lane * 7919 + index);
  const value = Buffer.alloc(8 + Math.floor(random() * 120), `${task.lane}:${index};`);
  const key = (name: string) => Buffer.from(name);
  const own: Change = { key: key(`lane${task.lane}:${String(index).padStart(7, '0')}`), value };
  if (random() < 0.8) return [own];
  const changes = [own];
  const count = Math.floor(random() * 40);
  for (let other = 0; other < count; other++) {
    const shared = key(`shared:${Math.floor(random() * 500)}`);
    changes.push(random() < 0.3 ? { key: shared } : { key: shared, value });
  }
  return changes;
}

function main(task: LaneTask): void {
  const log = new LogFixture(new NodeFileSystem({ native: task.shape.isMapped }), task.shape);
  const { words } = log.control;
  const lane = log.joinLane(task.lane, threadId + 1, {
    stallMsMax: 30_000,
    admitPrepared: () => {
      Atomics.add(words, SYNC_REQUEST, 1);
      Atomics.notify(words, SYNC_REQUEST);
    },
  });
  const sequences: number[] = [];
  for (let index = 0; index < task.records; index++) {
    if (task.stop !== undefined && Atomics.load(task.stop, 0) !== 0) break;
    const changes = changesOf(task, index);
    sequences.push(changes.length === 1 ? lane.write(changes[0]!) : lane.batch(changes));
    if (index % 64 === 0) {
      Atomics.add(words, SYNC_REQUEST, 1);
      Atomics.notify(words, SYNC_REQUEST);
    }
  }
  const result: LaneResult = { lane: task.lane, sequences };
  parentPort!.postMessage(result);
}

if (parentPort !== null && workerData !== null && 'shape' in workerData) {
  main(workerData as LaneTask);
}
