// Loading of an existing log into memory: in place after a clean close, as copies after an unclean
// stop or when the log has other lanes than the one that is gone on with. Which of the two is known
// once recovery has read the superblock.

import { NEXT_GENERATION } from '../control/control-block.js';
import { refuseOtherPurpose } from '../directory/judge-directory.js';
import { generationAfter, unusedGeneration } from '../directory/unused-generation.js';
import { LaneError } from '../errors.js';
import { ERA_MAX } from '../format/operation.js';
import type { SuperblockState } from '../recovery/read-superblock.js';
import type { RecoverySink } from '../recovery/recover.js';
import type { Environment } from '../threads/environment.js';
import { CopySink } from './copy-sink.js';
import { ImageSink } from './image-sink.js';
import type { LogMemory, MemoryShape } from './log-memory.js';
import type { Settings } from './options.js';
import type { ProgressMeter } from './progress.js';

export interface OpenRequest {
  directory: string;
  settings: Settings;
  environment: Environment;
  isMapped: boolean;
}

/** Shape of the memory for `bytes` bytes of log. */
export function memoryShape(request: OpenRequest, bytes: number): MemoryShape {
  const { memoryBytes, segmentBytes } = request.settings;
  const { lanesMax, usesHugePages } = request.environment;
  return { memoryBytes, segmentBytes, logBytes: bytes, lanesMax, usesHugePages };
}

/** What there is to load. */
export interface LoadSource {
  directory: string;
  files: string[];
  segmentBytes: number;
  progress: ProgressMeter;
  /** Nothing is written: numbers that are used up keep nobody from reading. */
  readOnly: boolean;
}

/** Chooses how to load once the superblock is known. */
export class Loader implements RecoverySink {
  state: SuperblockState | undefined;
  images: ImageSink | undefined;
  copy: CopySink | undefined;
  /** First generation that no file has. */
  firstGeneration = 0;
  readonly #log: LogMemory;
  readonly #source: LoadSource;
  #sink: RecoverySink | undefined;

  constructor(log: LogMemory, source: LoadSource) {
    this.#log = log;
    this.#source = source;
  }

  begin(state: SuperblockState): void {
    refuseOtherPurpose(state.block, this.#source.directory, 'store');
    if (state.block.tree !== undefined) {
      throw new LaneError(
        'FORMAT_UNSUPPORTED',
        'the store has a tree, which this release ignores',
        {
          file: this.#source.directory,
        },
      );
    }
    this.state = state;
    const { files, segmentBytes, progress, readOnly } = this.#source;
    const { block } = state;
    const firstGeneration = (readOnly ? generationAfter : unusedGeneration)(block, files);
    this.firstGeneration = firstGeneration;
    this.#log.control.words[NEXT_GENERATION] = firstGeneration;
    if (state.isClean && block.lanes.length === 1) {
      this.images = new ImageSink(this.#log, progress);
      this.#sink = this.images;
    } else {
      if (block.era >= ERA_MAX && !readOnly) throw erasUsedUp();
      const { storeId } = block;
      this.copy = new CopySink(this.#log, { storeId, firstGeneration, segmentBytes }, progress);
      this.#sink = this.copy;
    }
    this.#sink.begin(state);
  }

  accept(stream: Parameters<RecoverySink['accept']>[0]): void {
    this.#sink?.accept(stream);
  }
}

/** Full sequences stay safe integers, so eras have an end. */
export function erasUsedUp(): LaneError {
  return new LaneError('SEQUENCE_LIMIT', 'the store has used up its eras');
}
