// How records reach a segment's file: through a mapping, or written out by the syncer.

import { LaneError } from '../errors.js';
import type { FileSystem } from '../io/file-system.js';

/** The option io: `auto` maps where that is safe. */
export type Medium = 'buffered' | 'mapped' | 'auto';

/**
 * True if segments in this directory are to be mapped. Throws IO_ERROR if they must and cannot.
 */
export function chooseMedium(fileSystem: FileSystem, directory: string, io: Medium): boolean {
  if (io === 'buffered') return false;
  const canMap = fileSystem.canMap(directory);
  if (canMap || io === 'auto') return canMap;
  throw new LaneError('IO_ERROR', `files in ${directory} cannot be mapped safely (option io)`, {
    file: directory,
  });
}
