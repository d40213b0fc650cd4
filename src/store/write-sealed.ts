// Writes sealed segments from memory to their files: temporary name, content, sync, rename, and one
// sync of the directory for all of them, before anything refers to them. A failure leaves none.

import { crc32 } from '../codec/crc32.js';
import { preparingName, segmentName } from '../format/file-name.js';
import { encodeSegmentHeader, SEGMENT_SEALED } from '../format/segment-header.js';
import { removeIfThere } from '../io/durable-rename.js';
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
  try {
    const written = await Promise.allSettled(
      sealed.map((segment) => writeOne(context, segment, era)),
    );
    for (const one of written) if (one.status === 'rejected') throw one.reason;
    for (const segment of sealed) {
      const from = fileSystem.join(directory, preparingName(0, segment.generation));
      fileSystem.rename(from, fileSystem.join(directory, segmentName(0, segment.generation)));
    }
    if (sealed.length > 0) fileSystem.syncDirectory(directory);
  } catch (error) {
    removeSealed(context, sealed);
    throw error;
  }
}

/** Removes sealed segments to which nothing leads yet: on a full disk they would take room. */
export function removeSealed(context: LogContext, sealed: SealedImage[]): void {
  const { fileSystem, directory } = context;
  for (const { generation } of sealed) {
    for (const name of [preparingName(0, generation), segmentName(0, generation)]) {
      removeIfThere(fileSystem, fileSystem.join(directory, name));
    }
  }
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
