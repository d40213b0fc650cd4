// A store of several lanes: lane 0 behind the usual calls, the others for threads or for the test
// itself, all in one directory with one syncer. On the real file system with real background threads,
// or on the simulated disk with inline ones.

import type { ExecutionContext } from 'ava';

import { keyCodec } from '../../src/keys/key-codec.js';
import { Engine } from '../../src/store/engine.js';
import { addLane } from '../../src/store/lanes.js';
import { createLog } from '../../src/store/open-log.js';
import type { OpenOptions } from '../../src/store/options.js';
import { readOptions } from '../../src/store/options.js';
import { ReadPath } from '../../src/store/read-path.js';
import { Store } from '../../src/store/store.js';
import type { Environment } from '../../src/threads/environment.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import { valueCodec } from '../../src/values/value-codec.js';
import { SegmentRing } from '../../src/wal/segment-ring.js';
import { LogFixture, type TestLane } from './log-fixture.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface ManyLanesOptions {
  /** Most lanes; of no meaning beside an environment, which has its own. */
  lanesMax?: number;
  environment?: Environment;
  directory?: string;
  memoryBytes?: number;
  segmentBytes?: number;
  isMapped?: boolean;
}

/** Keys are UTF-8 text, values bytes. */
export interface ManyLanes {
  store: Store<string, Uint8Array>;
  engine: Engine;
  /** The same shared memory, for lanes beside lane 0. */
  log: LogFixture;
  /** Adds a lane that the test's own thread writes. */
  addLane(lane: number): TestLane;
  /** Adds a lane for another thread. */
  beginLane(lane: number): void;
  close(): Promise<void>;
}

/** Makes a new store whose lanes beside lane 0 are added by the test. Closed when the test ends. */
export function openManyLanes(t: ExecutionContext, options: ManyLanesOptions): ManyLanes {
  const { lanesMax = 4, isMapped = false, memoryBytes = 64 << 20 } = options;
  const environment = options.environment ?? { ...nodeEnvironment(isMapped), lanesMax };
  const directory = options.directory ?? temporaryDirectory(t);
  const settings = readOptions(directory, {
    keyEncoding: 'utf8',
    valueEncoding: 'binary',
    memoryBytes,
    segmentBytes: options.segmentBytes ?? 1 << 20,
    io: isMapped ? 'mapped' : 'buffered',
  } satisfies OpenOptions);
  const opened = createLog({ directory, settings, environment, isMapped });
  const { control, pool } = opened.log;
  const shape = {
    control: control.buffer,
    pool,
    directory,
    storeId: opened.context.storeId,
    isMapped,
    segmentBytes: settings.segmentBytes,
  };
  const background = environment.background(control, { ...shape, syncDelayMs: 5 });
  const lock = { release: () => undefined };
  const engine = new Engine({ opened, settings, environment, lock, background });
  const reads = new ReadPath(engine, keyCodec('utf8'), valueCodec('binary'));
  const store = new Store(engine, reads);
  const log = new LogFixture(environment.fileSystem, shape);
  const help = {
    admitPrepared: () => background.admitPrepared(),
    drain: () => background.drain(),
  };
  const lanes: number[] = [];
  const close = async () => {
    await store.close();
    for (const lane of lanes.splice(0)) {
      new SegmentRing(log.context, lane, { help, stallMsMax: 0 }).unmapAll();
    }
  };
  t.teardown(() => close().catch(() => undefined));
  const beginLane = (lane: number) => {
    addLane(opened.context, opened.superblock!, lane, environment.mark);
    background.start();
    lanes.push(lane);
  };
  return {
    store,
    engine,
    log,
    beginLane,
    addLane: (lane) => {
      beginLane(lane);
      return log.joinLane(lane, environment.mark, { stallMsMax: 10_000, ...help });
    },
    close,
  };
}
