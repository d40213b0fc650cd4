// A new store whose counters stand where a test says, in the superblock and in shared memory alike, as if
// everything before had been used up: the only way to come near 2^32 in a test.

import type { ControlBlock } from '../../src/control/control-block.js';
import {
  DURABLE,
  ERA,
  IS_BUFFERED,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
} from '../../src/control/control-block.js';
import { SuperblockWriter } from '../../src/directory/superblock-writer.js';
import type { Superblock } from '../../src/format/superblock.js';
import { keyCodec } from '../../src/keys/key-codec.js';
import { Engine } from '../../src/store/engine.js';
import { createLog } from '../../src/store/open-log.js';
import { readOptions } from '../../src/store/options.js';
import { ReadPath } from '../../src/store/read-path.js';
import { Store } from '../../src/store/store.js';
import type { Environment } from '../../src/threads/environment.js';
import { valueCodec } from '../../src/values/value-codec.js';

export type TextStore = Store<string, string>;

/** Small segments, so that a script rotates often. */
export const OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  memoryBytes: 4194304,
  segmentBytes: 65536,
} as const;

/** Where counters begin; those that are not named begin as in any new store. */
export interface Place {
  era?: number;
  /** Low half of the first sequence. */
  sequence?: number;
  /** The second segment's; the first one is always 1. */
  generation?: number;
  counter?: number;
  epoch?: number;
  /** Words of the control block, which are set before anything is written. */
  words?: (control: ControlBlock) => void;
}

export interface PlacedOptions {
  environment: Environment;
  directory: string;
  io: 'mapped' | 'buffered';
}

export interface PlacedStore {
  store: TextStore;
  engine: Engine;
  control: ControlBlock;
}

/** Makes the store in a directory that is there and empty. */
export function createPlaced(options: PlacedOptions, place: Place): PlacedStore {
  const { environment, directory, io } = options;
  const isMapped = io === 'mapped';
  const settings = readOptions(directory, { ...OPTIONS, io });
  const opened = createLog({ directory, settings, environment, isMapped });
  const { control, pool } = opened.log;
  const block = placedBlock(opened.superblock!.block, place);
  const superblock = SuperblockWriter.create(environment.fileSystem, directory, block);
  control.words[ERA] = block.era;
  control.words[NEXT_SEQUENCE] = block.firstSequence;
  control.words[DURABLE] = block.durable;
  control.words[NEXT_GENERATION] = block.nextGeneration;
  control.words[IS_BUFFERED] = isMapped ? 0 : 1;
  place.words?.(control);
  const { storeId } = opened.context;
  const { segmentBytes, syncDelayMs } = settings;
  const shape = { control: control.buffer, pool, directory, storeId, isMapped, segmentBytes };
  const background = environment.background(control, { ...shape, syncDelayMs });
  const lock = environment.lock(directory, false);
  const parts = { opened: { ...opened, superblock }, settings, environment, lock, background };
  const engine = new Engine(parts);
  const reads = new ReadPath(engine, keyCodec('utf8'), valueCodec('utf8'));
  return { store: new Store(engine, reads), engine, control };
}

function placedBlock(block: Superblock, place: Place): Superblock {
  const first = place.sequence ?? block.firstSequence;
  return {
    ...block,
    era: place.era ?? block.era,
    durable: first - 1,
    firstSequence: first,
    nextGeneration: place.generation ?? block.nextGeneration,
    counter: place.counter ?? block.counter,
    epoch: place.epoch ?? block.epoch,
  };
}
