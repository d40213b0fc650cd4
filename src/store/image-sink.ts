// Loads the log of a cleanly closed store: each segment's records go to the same offsets of an
// image in the pool, so that the store goes on in the same segments.

import { DURABLE, ERA, NEXT_SEQUENCE } from '../control/control-block.js';
import { CHUNK_BYTES, takeRun } from '../control/pool.js';
import { recordBytes } from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { LaneStream } from '../recovery/lane-stream.js';
import type { SuperblockState } from '../recovery/read-superblock.js';
import type { RecoverySink } from '../recovery/recover.js';
import { operationsIn } from './lane-hook.js';
import type { LogMemory } from './log-memory.js';
import { tooLarge } from './log-memory.js';
import type { ProgressMeter } from './progress.js';

export interface LoadedImage {
  generation: number;
  image: number;
  bytes: number;
}

export class ImageSink implements RecoverySink {
  readonly #log: LogMemory;
  readonly #progress: ProgressMeter;
  readonly images: LoadedImage[] = [];

  constructor(log: LogMemory, progress: ProgressMeter) {
    this.#log = log;
    this.#progress = progress;
  }

  begin(state: SuperblockState): void {
    const { words } = this.#log.control;
    words[ERA] = state.block.era;
    words[NEXT_SEQUENCE] = state.block.durable + 1;
    words[DURABLE] = state.block.durable;
  }

  accept(stream: LaneStream): void {
    const image = this.imageOf(
      stream.segment.header.generation,
      stream.segment.header.segmentBytes,
      stream,
    );
    const { reader } = stream;
    const { memory, hook } = this.#log;
    const source = stream.segment.contents;
    const start = source.start + reader.offset;
    const end = start + recordBytes(reader.dataBytes);
    const target = image.image + reader.offset;
    copyWords(source.words, memory.words, { start, end, target });
    this.#log.reserve(operationsIn(memory.words, target + 8));
    hook.insert(target + 8);
    this.#progress.count();
  }

  /** The image of a segment, made when its first record arrives or when the open asks for it. */
  imageOf(generation: number, segmentBytes: number, stream?: LaneStream): LoadedImage {
    const last = this.images.at(-1);
    if (last !== undefined && last.generation === generation) return last;
    const bytes = Math.ceil(segmentBytes / CHUNK_BYTES) * CHUNK_BYTES;
    const image = takeRun(this.#log.control, bytes);
    if (image < 0) throw tooLarge();
    if (stream !== undefined) {
      const header = stream.segment.contents.bytes.subarray(0, SEGMENT_HEADER_BYTES);
      this.#log.memory.bytes.set(header, image);
    }
    const loaded = { generation, image, bytes };
    this.images.push(loaded);
    return loaded;
  }
}

/** Copies bytes [start, end) of one memory to `target` of another; all multiples of 8. */
export function copyWords(
  source: Int32Array,
  memory: Int32Array,
  range: { start: number; end: number; target: number },
): void {
  const { start, end } = range;
  if (end - start > 512) {
    memory.set(source.subarray(start >>> 2, end >>> 2), range.target >>> 2);
    return;
  }
  let to = range.target >>> 2;
  for (let from = start >>> 2; from < end >>> 2; from++) memory[to++] = source[from]!;
}
