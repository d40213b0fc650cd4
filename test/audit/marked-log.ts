// A log whose every append is marked in the trace with the bytes of segments that it made.

import type { Log } from '../../src/log/log.js';
import type { LogOptions } from '../../src/log/log-options.js';
import { openLogIn } from '../../src/log/open-log.js';
import { type LaneWatch, type Stage, watchedEnvironment } from './stage.js';

const SMALL: LogOptions = { segmentBytes: 65_536, syncDelayMs: 0 };

/** Opens the log of a stage. */
export async function openMarkedLog(stage: Stage): Promise<MarkedLog> {
  const { environment, watch } = watchedEnvironment(stage.marks);
  const log = await openLogIn(environment, stage.path, { ...SMALL, io: stage.io });
  stage.marks.note('open');
  return new MarkedLog(log, watch());
}

export class MarkedLog {
  readonly log: Log;
  readonly #watch: LaneWatch;
  #last = 0;

  constructor(log: Log, watch: LaneWatch) {
    this.log = log;
    this.#watch = watch;
  }

  append(bytes: number): void {
    this.#last = this.#watch.around(() => this.log.append(new Uint8Array(bytes).fill(97))).number;
  }

  /** Everything appended before the call is acknowledged when it resolves. */
  async sync(): Promise<void> {
    const last = this.#last;
    await this.log.sync();
    this.#watch.marks.acknowledged(last);
  }

  /** So many entries, each but every tenth left to the sync of another. */
  async fill(count: number, bytes: number): Promise<void> {
    for (let index = 1; index <= count; index++) {
      this.append(bytes);
      if (index % 10 === 0) await this.sync();
    }
    await this.sync();
  }

  async close(): Promise<void> {
    await this.log.close();
    this.#watch.marks.note('closed');
  }
}
