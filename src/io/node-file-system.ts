// The operating system's files behind the FileSystem interface: node:fs, and mappings through
// koffi. Guarantees that failures are LaneErrors, that new files are 0600 and directories 0700, and
// that only file systems on which a populated mapping raises no signal may be mapped. Does not
// retry and does not decide when to sync. Holds no state: one per thread is as good as one.
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { LaneError } from '../errors.js';
import { invariant } from '../invariant.js';
import type {
  FileSystem,
  MappedRegion,
  PathKind,
  ReadableFile,
  WritableFile,
} from './file-system.js';
import { loadNativeLibrary, MADV_POPULATE_WRITE, type NativeLibrary } from './native-library.js';
import { NodeFile } from './node-file.js';
import { errnoCode, errnoNumber, SystemCallError, systemError } from './system-error.js';

// Types from statfs: ext2, ext3 and ext4; xfs; tmpfs. Not here, on purpose: copy-on-write systems
// (btrfs, zfs, bcachefs) need room for every store to a mapped page, and a full disk is a signal
// there; overlay, network and user-space file systems can fail a store in their own ways.
const MAPPABLE_TYPES: readonly number[] = [0xef53, 0x5846_5342, 0x0102_1994];

const WORD_VALUES = 2 ** 32;

export interface NodeFileSystemOptions {
  /** False: never load koffi; nothing can be mapped, blocks are reserved by writing zeros. */
  native?: boolean;
}

export class NodeFileSystem implements FileSystem {
  readonly #native: NativeLibrary | undefined;

  constructor(options: NodeFileSystemOptions = {}) {
    this.#native = (options.native ?? true) ? loadNativeLibrary() : undefined;
  }

  kind(path: string): PathKind {
    try {
      const found = statSync(path);
      if (found.isFile()) return 'file';
      return found.isDirectory() ? 'directory' : 'other';
    } catch (cause) {
      const code = errnoCode(cause);
      if (code === 'ENOENT' || code === 'ENOTDIR') return 'none';
      throw systemError(cause, { operation: 'look at', file: path });
    }
  }

  list(directory: string): string[] {
    return this.#attempt('list', directory, () => readdirSync(directory).sort());
  }

  join(directory: string, name: string): string {
    return join(directory, name);
  }

  openRead(path: string): ReadableFile {
    return this.#open('open', path, 'r');
  }

  openWrite(path: string): WritableFile {
    return this.#open('open for writing', path, 'r+');
  }

  create(path: string): WritableFile {
    return this.#open('create', path, 'wx+');
  }

  rename(from: string, to: string): void {
    this.#attempt(`rename to ${to}`, from, () => renameSync(from, to));
  }

  link(from: string, to: string): void {
    this.#attempt(`link to ${to}`, from, () => linkSync(from, to));
  }

  remove(path: string): void {
    this.#attempt('remove', path, () => unlinkSync(path));
  }

  /** Creates one directory; its parent exists, it does not (errno EEXIST). */
  makeDirectory(path: string): void {
    this.#attempt('make the directory', path, () => mkdirSync(path, 0o700));
  }

  /** On Windows nothing is done: directories cannot be synced there, NTFS journals its entries. */
  syncDirectory(path: string): void {
    if (process.platform === 'win32') return;
    this.#attempt('sync the directory', path, () => {
      const descriptor = openSync(path, 'r');
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
  }

  canMap(directory: string): boolean {
    if (this.#native === undefined) return false;
    const found = this.#attempt('read the file system type', directory, () =>
      statfsSync(directory),
    );
    return MAPPABLE_TYPES.includes(found.type);
  }

  mapRegion(file: WritableFile, bytes: number): MappedRegion {
    const native = this.#requireNative(file.path);
    invariant(file instanceof NodeFile, 'a file is mapped by the file system that opened it');
    const size = file.size();
    if (size < bytes) {
      // A page of a mapping past the end of its file is a signal.
      throw new LaneError('IO_ERROR', `cannot map: file is too short: ${file.path}`, {
        file: file.path,
        expected: bytes,
        found: size,
      });
    }
    const address = this.#attempt('map', file.path, () => native.mapShared(file.descriptor, bytes));
    const errno = native.advise(address, bytes, MADV_POPULATE_WRITE);
    if (errno !== 0) {
      native.unmap(address, bytes);
      throw populateError(errno, file.path);
    }
    return makeRegion(native, address, bytes);
  }

  attachRegion(addressLow: number, addressHigh: number, bytes: number): MappedRegion {
    const native = this.#requireNative('mapped region');
    return makeRegion(native, joinAddress(addressLow, addressHigh), bytes);
  }

  unmapRegion(region: MappedRegion): void {
    const native = this.#requireNative('mapped region');
    const address = joinAddress(region.addressLow, region.addressHigh);
    const errno = native.unmap(address, region.bytes.byteLength);
    invariant(errno === 0, 'a region is unmapped once, as it was mapped');
  }

  #open(operation: string, path: string, flags: string): NodeFile {
    const descriptor = this.#attempt(operation, path, () => openSync(path, flags, 0o600));
    return new NodeFile(path, descriptor, this.#native);
  }

  #requireNative(file: string): NativeLibrary {
    if (this.#native !== undefined) return this.#native;
    throw new LaneError('IO_ERROR', `cannot map: not available on this system: ${file}`, { file });
  }

  #attempt<Result>(operation: string, file: string, call: () => Result): Result {
    try {
      return call();
    } catch (cause) {
      throw systemError(cause, { operation, file });
    }
  }
}

function makeRegion(native: NativeLibrary, address: bigint, bytes: number): MappedRegion {
  const buffer = native.view(address, bytes);
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer, 0, Math.floor(bytes / 4)),
    addressLow: Number(address % BigInt(WORD_VALUES)),
    addressHigh: Number(address / BigInt(WORD_VALUES)),
  };
}

function joinAddress(low: number, high: number): bigint {
  // Words that went through an Int32Array come back signed.
  return BigInt(high >>> 0) * BigInt(WORD_VALUES) + BigInt(low >>> 0);
}

// The kernel reports a page that could not be given a block as EFAULT. One without this advice
// (before 5.14) reports EINVAL: without it a full disk would be a signal, so it is not mapped at
// all.
function populateError(errno: number, file: string): unknown {
  const cause = new SystemCallError(errno, 'madvise');
  if (errno === errnoNumber('EFAULT')) {
    return new LaneError('DISK_FULL', `cannot map: no room for its pages: ${file}`, {
      cause,
      file,
    });
  }
  return systemError(cause, { operation: 'populate the mapping', file });
}
