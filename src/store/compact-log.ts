// Keeps only what can still be read, when more than half of a log is dead: the newest operation of
// every key that is not deleted, and the last commit, copied into new memory and sealed segments.

import { ERA } from '../control/control-block.js';
import { scratchLocation } from '../control/pool.js';
import { ERA_MAX } from '../format/operation.js';
import { MemtableCursor } from '../memtable/cursor.js';
import { SEQUENCE_NEWEST } from '../memtable/memtable.js';
import type { LogContext } from '../wal/segment-spec.js';
import { FIRST_SEGMENT_BYTES } from '../wal/segment-spec.js';
import { CopySink, lastCommitLocation } from './copy-sink.js';
import type { Loader, OpenRequest } from './loader.js';
import { erasUsedUp, memoryShape } from './loader.js';
import { LogMemory } from './log-memory.js';
import { ProgressMeter } from './progress.js';

export interface CompactedLog {
  log: LogMemory;
  context: LogContext;
  copy: CopySink;
}

export interface CompactSource {
  log: LogMemory;
  storeId: Uint8Array;
  needsNewEra: boolean;
  loader: Loader;
}

const RUN = 256;

/** The compacted log, or undefined if the log is worth keeping as it is. */
export function compactLog(request: OpenRequest, source: CompactSource): CompactedLog | undefined {
  const { memtable } = source.log;
  const bytesMin = Math.min(FIRST_SEGMENT_BYTES, request.settings.segmentBytes);
  const isMostlyDead =
    memtable.totalBytes > bytesMin && memtable.liveBytes * 2 < memtable.totalBytes;
  if (!isMostlyDead && !source.needsNewEra) return undefined;
  const { block } = source.loader.state!;
  const log = new LogMemory(memoryShape(request, memtable.liveBytes * 2));
  // After an unclean stop the copy has begun a new era; a clean log needs one only near its end.
  const isNewEra = source.log.era !== block.era || source.needsNewEra;
  if (isNewEra && block.era >= ERA_MAX) throw erasUsedUp();
  log.control.words[ERA] = block.era + (isNewEra ? 1 : 0);
  const firstGeneration = source.loader.firstGeneration;
  const { segmentBytes } = request.settings;
  const target = { storeId: source.storeId, firstGeneration, segmentBytes };
  const copy = new CopySink(log, target, new ProgressMeter(undefined));
  copyLive(source.log, copy, block.era);
  copy.finish();
  const context: LogContext = {
    fileSystem: request.environment.fileSystem,
    directory: request.directory,
    storeId: source.storeId,
    control: log.control,
    memory: log.memory,
    isMapped: request.isMapped,
    segmentBytes,
  };
  return { log, context, copy };
}

/**
 * Copies the newest operation of every key that is not deleted, and the last commit; `era` is that
 * of operations that state none.
 */
export function copyLive(source: LogMemory, copy: CopySink, era: number): void {
  const { words } = source.memory;
  const commit = lastCommitLocation(source);
  if (commit !== 0) copy.copyCommitFacts(words, commit * 8, era);
  const cursor = new MemtableCursor(source.memtable, {
    lower: undefined,
    isLowerIncluded: true,
    upper: undefined,
    isUpperIncluded: true,
    isReverse: false,
    sequence: SEQUENCE_NEWEST,
    keepsDeletes: false,
    scratch: scratchLocation(0),
  });
  const locations = new Int32Array(RUN);
  while (!cursor.isDone) {
    const count = cursor.fill(locations, RUN, RUN * 4);
    for (let index = 0; index < count; index++) copy.copyAlone(words, locations[index]! * 8, era);
  }
}
