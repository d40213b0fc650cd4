// Files that appear under their name complete and durable, or not at all, whatever the power does.
// Order: content synced before the rename, directory synced after it. Without the first a cut can
// leave an empty file under the new name, without the second no file, or the old one.
import type { FileSystem, WritableFile } from './file-system.js';

/** Renames within a directory; durable when it returns. The file's content is synced already. */
export function durableRename(
  fileSystem: FileSystem,
  directory: string,
  fromName: string,
  toName: string,
): void {
  fileSystem.rename(fileSystem.join(directory, fromName), fileSystem.join(directory, toName));
  fileSystem.syncDirectory(directory);
}

/**
 * Gives a file its whole content at once, whether it existed or not; durable when it returns.
 * A failure before the rename leaves the old file and no other.
 */
export function replaceFile(
  fileSystem: FileSystem,
  directory: string,
  name: string,
  content: Uint8Array,
): void {
  const temporaryName = `${name}.tmp`;
  const temporaryPath = fileSystem.join(directory, temporaryName);
  if (fileSystem.kind(temporaryPath) !== 'none') fileSystem.remove(temporaryPath);
  try {
    writeWhole(fileSystem.create(temporaryPath), content);
    durableRename(fileSystem, directory, temporaryName, name);
  } catch (error) {
    // On a full disk it would take room that somebody needs.
    removeIfThere(fileSystem, temporaryPath);
    throw error;
  }
}

/** Removes a file, if it is there. */
export function removeIfThere(fileSystem: FileSystem, path: string): void {
  if (fileSystem.kind(path) === 'file') fileSystem.remove(path);
}

function writeWhole(file: WritableFile, content: Uint8Array): void {
  try {
    file.write(content, 0, content.byteLength, 0);
    file.sync();
  } finally {
    file.close();
  }
}
