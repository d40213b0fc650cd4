// Names in a directory made durable: the directory's own, and that files are gone.

import { removeIfThere } from '../io/durable-rename.js';
import type { FileSystem } from '../io/file-system.js';
import { errnoCode } from '../io/system-error.js';

/** Makes the directory's own name durable, whoever made it. */
export function syncParent(fileSystem: FileSystem, directory: string): void {
  try {
    fileSystem.syncDirectory(fileSystem.join(directory, '..'));
  } catch (error) {
    // A directory made by somebody else may lie in one that we cannot read: its name is their care.
    if (errnoCode(error) !== 'EACCES') throw error;
  }
}

/** Removes files of these names, durably, in the order given; what is not there is left out. */
export function removeFiles(fileSystem: FileSystem, directory: string, names: string[]): void {
  for (const name of names) {
    removeIfThere(fileSystem, fileSystem.join(directory, name));
  }
  if (names.length > 0) fileSystem.syncDirectory(directory);
}
