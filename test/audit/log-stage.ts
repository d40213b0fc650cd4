// Logs of lanedb/wal for the audit, with every append marked as the writes of a store are.

import type { ControlBlock } from '../../src/control/control-block.js';
import { openLogIn } from '../../src/log/open-log.js';
import type { Environment } from '../../src/threads/environment.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import type { Log, LogOptions } from '../../src/wal-api.js';
import { LaneWatch, type Stage } from './stage.js';

const SMALL = { segmentBytes: 65_536, ringSegments: 3, syncDelayMs: 0 } as const;

/** Opens the log of a stage. */
export async function openMarkedLog(stage: Stage, options: LogOptions = {}): Promise<MarkedLog> {
  const { path, io, marks } = stage;
  let control: ControlBlock | undefined;
  const real = nodeEnvironment();
  const environment: Environment = {
    ...real,
    background: (block, data) => {
      control = block;
      return real.background(block, data);
    },
  };
  const log = await openLogIn(environment, path, { ...SMALL, ...options, io });
  marks.note('open');
  if (control === undefined) throw new Error('a log begins its background when it opens');
  return new MarkedLog(log, new LaneWatch(control, 0, marks));
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
    const text = 'x'.repeat(bytes);
    this.#last = this.#watch.around(() => this.log.append(text)).number;
  }

  /** Waits for everything appended so far. */
  async sync(): Promise<void> {
    const last = this.#last;
    await this.log.sync();
    this.#watch.marks.acknowledged(last);
  }

  /** Appends so many entries; every tenth is waited for. */
  async fill(count: number, bytes: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.append(bytes);
      if (index % 10 === 9) await this.sync();
    }
    await this.sync();
  }

  async close(): Promise<void> {
    await this.sync();
    await this.log.close();
    this.#watch.marks.note('closed');
  }
}
