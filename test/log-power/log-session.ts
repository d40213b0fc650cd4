// A log on the simulated disk together with the model of what was appended to it.

import { openLogIn } from '../../src/log/open-log.js';
import type { Log, LogOptions } from '../../src/wal-api.js';
import type { Choices } from '../support/choices.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import { LogModel, textOf } from './log-model.js';

export const DIRECTORY = '/store';
const OPTIONS = { segmentBytes: 65536, ringSegments: 3, stallMsMax: 1 } as const;

export class LogSession {
  readonly log: Log;
  readonly disk: TestDisk;
  readonly environment: TestEnvironment;
  readonly model: LogModel;
  #count = 0;

  private constructor(log: Log, environment: TestEnvironment, model: LogModel) {
    this.log = log;
    this.environment = environment;
    this.disk = environment.fileSystem;
    this.model = model;
  }

  static async open(
    disk: TestDisk,
    seed: number,
    options: LogOptions = {},
    model = new LogModel(),
  ): Promise<LogSession> {
    const environment = new TestEnvironment(disk, { seed, mode: 'told', prepares: true });
    const io = disk.mappable ? 'auto' : 'buffered';
    const log = await openLogIn(environment, DIRECTORY, { ...OPTIONS, io, ...options });
    return new LogSession(log, environment, model);
  }

  /** Appends one entry of any kind. */
  append(choices: Choices, bytesMax: number): void {
    const { log, model } = this;
    const text = `${this.#count++}:`.padEnd(choices.below(bytesMax), 'abcdefgh');
    const position = log.position;
    let before = log.nextSequence;
    const kind = choices.weighted({
      bytes: 8,
      put: 2,
      delete: 1,
      batch: 2,
      commit: 1,
      barrier: 1,
      checkpoint: 1,
    });
    const operations = [
      { type: 'put', key: 'k', value: text },
      { type: 'delete', key: text.slice(0, 9) },
    ] as const;
    const sequence = {
      bytes: () => log.append(text),
      put: () => log.appendPut(text.slice(0, 7), text),
      delete: () => log.appendDelete(text.slice(0, 30)),
      batch: () => log.appendBatch(operations),
      commit: () => log.appendCommit({ offsets: { a: 1 }, watermark: -5 }, operations),
      barrier: () => log.appendEpochBarrier(),
      checkpoint: () => log.appendCheckpoint(this.#count),
    }[kind]();
    const shown = {
      bytes: { kind: 'bytes', data: text },
      put: { kind: 'put', key: text.slice(0, 7), value: text },
      delete: { kind: 'delete', key: text.slice(0, 30) },
      batch: { kind: 'batch', operations },
      commit: { kind: 'commit', offsets: { a: 1 }, watermark: -5, operations },
      barrier: { kind: 'epoch-barrier' },
      checkpoint: { kind: 'checkpoint', id: this.#count },
    }[kind];
    // A rotation in between takes a sequence and the bytes of a trailer.
    const rotated = sequence - before;
    before = position + rotated * 32;
    const entry = { sequence, position: before, end: log.position, epoch: log.epoch };
    model.entries.push({ ...entry, text: JSON.stringify(shown) });
  }

  sync(): void {
    this.environment.current!.runRound();
    this.acknowledge();
  }

  acknowledge(): void {
    this.model.acknowledgeUpTo(this.log.syncedSequence);
  }

  /** Retires up to somewhere; while it is under way the log may begin there or where it did. */
  retire(choices: Choices): void {
    const { log, model } = this;
    const wanted = choices.below(log.syncedPosition + 1);
    const kept = log.segments.findLast((segment) => segment.position <= wanted);
    const first = kept?.position ?? log.firstPosition;
    model.firsts = [log.firstPosition, first];
    log.retire(wanted);
    model.firsts = [first];
  }

  async close(): Promise<void> {
    const closed = this.log.close();
    this.sync();
    await closed;
    this.model.acknowledged = this.model.entries.length;
  }
}

export { textOf };
