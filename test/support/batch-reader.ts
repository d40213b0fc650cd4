// A thread that reads lane 0 of a live store while batches are written that give all their keys the same
// value, or delete all of them: every read of several keys must find all of a batch or none. Can be told
// to read without lock and fence, by which a test sees that the checks find what they look for.

import { parentPort, workerData } from 'node:worker_threads';

import { LANES_LIMIT, NEXT_SEQUENCE } from '../../src/control/control-block.js';
import { scratchLocation } from '../../src/control/pool.js';
import { KIND_DELETE, kindOf } from '../../src/format/operation.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { writeSearchKey } from '../../src/memtable/key-compare.js';
import { Memtable, SEQUENCE_NEWEST } from '../../src/memtable/memtable.js';
import { LaneReads, NO_LANE } from '../../src/store/lane-reads.js';
import type { LogShape } from './log-fixture.js';
import { LogFixture } from './log-fixture.js';
import { seededRandom } from './random.js';

export interface ReaderTask {
  shape: LogShape;
  seed: number;
  /** Keys of every batch: batchKey(0) and so on. */
  keys: number;
  isLocked: boolean;
  /** First word: not 0 when the thread is to end. Second: number of the last batch whose call returned. */
  signals: Int32Array;
}

export interface ReaderResult {
  pairs: number;
  many: number;
  ranges: number;
  snapshots: number;
  /** Batches that were seen, at least. */
  seen: number;
  /** What was wrong, the first few. */
  problems: string[];
  wrong: number;
}

export function batchKey(index: number): string {
  return `batch key ${String(index).padStart(5, '0')}`;
}

const DELETED = -1;
const PROBLEMS_MAX = 5;

class BatchReader {
  readonly result: ReaderResult = {
    pairs: 0,
    many: 0,
    ranges: 0,
    snapshots: 0,
    seen: 0,
    problems: [],
    wrong: 0,
  };
  readonly #task: ReaderTask;
  readonly #log: LogFixture;
  readonly #lanes: LaneReads;
  readonly #unlocked: Memtable;
  readonly #scratch = scratchLocation(LANES_LIMIT);
  readonly #run = new Int32Array(256);
  readonly #random: () => number;
  #snapshot = 0;
  #snapshotValue = DELETED;

  constructor(task: ReaderTask) {
    this.#task = task;
    this.#random = seededRandom(task.seed);
    this.#log = new LogFixture(new NodeFileSystem({ native: false }), task.shape);
    const { control, memory } = this.#log;
    const reader = { own: NO_LANE, mark: 0x1000, scratch: this.#scratch };
    this.#lanes = new LaneReads(control, memory, reader);
    this.#unlocked = new Memtable(control, memory, 0);
  }

  get isOver(): boolean {
    return Atomics.load(this.#task.signals, 0) !== 0;
  }

  /** Two keys one after the other: the second is never older than the first. */
  pair(): void {
    const [a, b] = [this.#anyKey(), this.#anyKey()];
    const acknowledged = Atomics.load(this.#task.signals, 1);
    const first = this.#numberAt(this.#find(a, SEQUENCE_NEWEST));
    const second = this.#numberAt(this.#find(b, SEQUENCE_NEWEST));
    this.result.pairs++;
    if (first !== DELETED && second !== DELETED && second < first) {
      this.#wrong(`pair: ${a} of batch ${first}, then ${b} of batch ${second}`);
    }
    if (first !== DELETED && first < acknowledged) {
      this.#wrong(`pair: batch ${acknowledged} had returned, ${a} was of batch ${first}`);
    }
  }

  /** Several keys as of one moment: all of the same batch. */
  many(): void {
    const sequence = this.#now();
    const keys = Array.from({ length: 20 }, () => this.#anyKey());
    const numbers = keys.map((key) => this.#numberAt(this.#find(key, sequence)));
    this.result.many++;
    if (new Set(numbers).size !== 1) this.#wrong(`getMany: batches ${[...new Set(numbers)]}`);
  }

  /** The whole range as of one moment: all keys of the same batch, or none. */
  range(): void {
    const number = this.#walk(this.#now(), this.#random() < 0.5);
    this.result.ranges++;
    this.result.seen = Math.max(this.result.seen, number);
  }

  /** A moment that is read again and again while batches go on. */
  snapshot(): void {
    if (this.#snapshot === 0 || this.#random() < 0.2) {
      this.#snapshot = this.#now();
      this.#snapshotValue = this.#walk(this.#snapshot, false);
      return;
    }
    const number = this.#walk(this.#snapshot, true);
    this.result.snapshots++;
    if (number !== this.#snapshotValue) {
      this.#wrong(`snapshot: batch ${this.#snapshotValue}, later ${number}`);
    }
    const one = this.#numberAt(this.#find(this.#anyKey(), this.#snapshot));
    if (one !== this.#snapshotValue) this.#wrong(`snapshot: one key of batch ${one}`);
  }

  /** Number of the batch that a range is of; DELETED if it is empty. */
  #walk(sequence: number, isReverse: boolean): number {
    const { lanes, keys } = { lanes: this.#lanes, keys: this.#task.keys };
    const merge = lanes.merge({
      lower: undefined,
      isLowerIncluded: true,
      upper: undefined,
      isUpperIncluded: true,
      isReverse,
      sequence,
    });
    let count = 0;
    let number = DELETED;
    while (!merge.isDone) {
      const filled = merge.fill(this.#run, this.#run.length, 4096);
      for (let index = 0; index < filled; index++) {
        const found = this.#numberAt(this.#run[index]!);
        if (count > 0 && found !== number) this.#wrong(`range: batches ${number} and ${found}`);
        number = found;
        count++;
      }
    }
    if (count !== 0 && count !== keys) this.#wrong(`range: ${count} keys of batch ${number}`);
    return number;
  }

  #now(): number {
    if (this.#task.isLocked) return this.#lanes.fencedSequence();
    return (Atomics.load(this.#log.control.words, NEXT_SEQUENCE) - 1) >>> 0;
  }

  #anyKey(): string {
    return batchKey(Math.floor(this.#random() * this.#task.keys));
  }

  #find(key: string, sequence: number): number {
    writeSearchKey(this.#log.memory, this.#scratch, Buffer.from(key));
    return this.#task.isLocked
      ? this.#lanes.findAt(this.#scratch, sequence)
      : this.#unlocked.findAt(this.#scratch, sequence);
  }

  /** The batch's number, which is the value. */
  #numberAt(location: number): number {
    const { words, view } = this.#log.memory;
    if (location === 0) return DELETED;
    const word = words[location << 1]!;
    if (kindOf(word) === KIND_DELETE) return DELETED;
    return view.getUint32((location << 3) + 16 + (word >>> 16), true);
  }

  #wrong(problem: string): void {
    this.result.wrong++;
    if (this.result.problems.length < PROBLEMS_MAX) this.result.problems.push(problem);
  }
}

function main(task: ReaderTask): void {
  const reader = new BatchReader(task);
  parentPort!.postMessage('ready');
  for (let round = 0; !reader.isOver; round++) {
    reader.pair();
    if (round % 4 === 0) reader.many();
    if (task.isLocked && round % 16 === 0) reader.range();
    if (task.isLocked && round % 24 === 0) reader.snapshot();
    if (!task.isLocked && reader.result.wrong > 0) break;
  }
  parentPort!.postMessage(reader.result);
}

if (parentPort !== null && workerData !== null) main(workerData as ReaderTask);
