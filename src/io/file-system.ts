// The seam to the operating system: everything LaneDB does with files goes through these
// interfaces. The real one is node-file-system.ts; tests put a simulated disk behind them.
// Every method throws a LaneError (IO_ERROR, DISK_FULL) with path, errno and offset when the
// call fails.

export type PathKind = 'none' | 'file' | 'directory' | 'other';

export interface ReadableFile {
  readonly path: string;
  /** Length in bytes now. */
  size(): number;
  /**
   * Reads up to `bytes` bytes at `position` into `target` from `start`; returns the bytes read,
   * fewer only at the end of the file.
   */
  read(target: Uint8Array, start: number, bytes: number, position: number): number;
  close(): void;
}

export interface WritableFile extends ReadableFile {
  /** Writes all bytes at `position`. A short write is an error. */
  write(source: Uint8Array, start: number, bytes: number, position: number): void;
  /**
   * Reserves blocks for `bytes` bytes; the file then has at least that length. With `isWritten`
   * they are written with zeros: the first write to a block that is only reserved makes its sync
   * change the file's map of blocks too. DISK_FULL if there is no room.
   */
  allocate(bytes: number, isWritten?: boolean): void;
  /** Shortens the file to `bytes` bytes. Never a file that is mapped. */
  truncate(bytes: number): void;
  /**
   * fdatasync: what was written, also through a mapping of the file, and the length survive power
   * loss.
   */
  sync(): void;
  /** Like sync(), off the calling thread where the system can. */
  syncInBackground(): Promise<void>;
}

/** A shared mapping of a whole file. Used for writing only: no byte of it is ever read back. */
export interface MappedRegion {
  /** The bytes of the mapping. */
  readonly bytes: Uint8Array;
  /** The same memory as 32-bit words. */
  readonly words: Int32Array;
  /** Address of the mapping as two words, for attachRegion() on another thread of the process. */
  readonly addressLow: number;
  readonly addressHigh: number;
}

export interface ReadOnlyFileSystem {
  kind(path: string): PathKind;
  /** Names in a directory, sorted. */
  list(directory: string): string[];
  openRead(path: string): ReadableFile;
  join(directory: string, name: string): string;
}

export interface FileSystem extends ReadOnlyFileSystem {
  /** Creates a file that must not exist (O_EXCL), for reading and writing, mode 0600. */
  create(path: string): WritableFile;
  openWrite(path: string): WritableFile;
  rename(from: string, to: string): void;
  /** A second name for the same file; fails with IO_ERROR, errno EEXIST, if `to` exists. */
  link(from: string, to: string): void;
  remove(path: string): void;
  makeDirectory(path: string): void;
  /** fsync of the directory: creations, renames and removals in it survive power loss. */
  syncDirectory(path: string): void;
  /** True if files under this directory may be mapped without the danger of a signal. */
  canMap(directory: string): boolean;
  /** Maps a whole allocated file for writing and populates every page; errors, never a signal. */
  mapRegion(file: WritableFile, bytes: number): MappedRegion;
  /** The same mapping seen from another thread of this process. */
  attachRegion(addressLow: number, addressHigh: number, bytes: number): MappedRegion;
  /**
   * Unmaps. No view of the region may be touched afterwards. Called once per mapping, by one
   * thread.
   */
  unmapRegion(region: MappedRegion): void;
}
