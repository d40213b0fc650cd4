// Writes sealed segments from memory to their files: temporary name, content, sync, rename. The
// caller syncs the directory once for all of them, before anything refers to them.

import { crc32 } from '../codec/crc32.js';
import { preparingName, segmentName } from '../format/file-name.js';
import { encodeSegmentHeader, SEGMENT_SEALED } from '../format/segment-header.js';
import type { LogContext } from '../wal/segment-spec.js';
import type { SealedImage } from './copy-sink.js';

const WRITE_BYTES = 4194304;

/** Writes and syncs all segments of lane 0; durable, names included, when the promise resolves. */
export async function writeSealed(
  context: LogContext,
  sealed: SealedImage[],
  era: number,
): Promise<void> {
  const { fileSystem, directory } = context;
  await Promise.all(sealed.map((segment) => writeOne(context, segment, era)));
  for (const segment of sealed) {
    const from = fileSystem.join(directory, preparingName(0, segment.generation));
    fileSystem.rename(from, fileSystem.join(directory, segmentName(0, segment.generation)));
  }
  if (sealed.length > 0) fileSystem.syncDirectory(directory);
}

async function writeOne(context: LogContext, segment: SealedImage, era: number): Promise<void> {
  const { fileSystem, directory, memory, storeId } = context;
  const header = {
    storeId,
    lane: 0,
    generation: segment.generation,
    segmentBytes: segment.end,
    era,
  };
  memory.bytes.set(encodeSegmentHeader({ ...header, state: SEGMENT_SEALED }, crc32), segment.image);
  const path = fileSystem.join(directory, preparingName(0, segment.generation));
  if (fileSystem.kind(path) !== 'none') fileSystem.remove(path);
  const file = fileSystem.create(path);
  try {
    for (let at = 0; at < segment.end; at += WRITE_BYTES) {
      const bytes = Math.min(WRITE_BYTES, segment.end - at);
      file.write(memory.bytes, segment.image + at, bytes, at);
    }
    await file.syncInBackground();
  } finally {
    file.close();
  }
}
