// One open file over node:fs, with blocks reserved by fallocate where the native library is there.
// Guarantees that every failure is a LaneError with path and offset, that a short write never
// passes, and that a descriptor is not closed, and its number reused, under a running sync.
// Owner: the thread that opened it; nothing here may be called from another.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  readSync,
  writeSync,
} from 'node:fs';
import { LaneError } from '../errors.js';
import { invariant } from '../invariant.js';
import type { WritableFile } from './file-system.js';
import type { NativeLibrary } from './native-library.js';
import { errnoNumber, SystemCallError, systemError } from './system-error.js';

// Never larger: one big write of zeros leaves large folios in the page cache, and each later sync
// of a small change in a mapping then writes a whole folio, up to 1 MiB and more.
const ZERO_PIECE_BYTES = 4096;

export class NodeFile implements WritableFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #native: NativeLibrary | undefined;
  #syncsRunning = 0;
  #isClosed = false;

  constructor(path: string, descriptor: number, native: NativeLibrary | undefined) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#native = native;
  }

  /** The open descriptor. It belongs to this file and is closed with it. */
  get descriptor(): number {
    invariant(!this.#isClosed, 'a closed file is not used');
    return this.#descriptor;
  }

  size(): number {
    try {
      return fstatSync(this.descriptor).size;
    } catch (cause) {
      throw systemError(cause, { operation: 'read the length', file: this.path });
    }
  }

  read(target: Uint8Array, start: number, bytes: number, position: number): number {
    const descriptor = this.descriptor;
    let done = 0;
    try {
      while (done < bytes) {
        const got = readSync(descriptor, target, start + done, bytes - done, position + done);
        if (got === 0) break;
        done += got;
      }
    } catch (cause) {
      throw systemError(cause, { operation: 'read', file: this.path, offset: position + done });
    }
    return done;
  }

  write(source: Uint8Array, start: number, bytes: number, position: number): void {
    const written = this.#writeOnce(source, start, bytes, position);
    if (written === bytes) return;
    // A short write usually means a full disk; only the write of the rest tells the reason.
    const rest = bytes - written;
    const more = this.#writeOnce(source, start + written, rest, position + written);
    if (more === rest) return;
    throw new LaneError('IO_ERROR', `cannot write: short write: ${this.path}`, {
      file: this.path,
      offset: position + written + more,
      expected: bytes,
      found: written + more,
    });
  }

  allocate(bytes: number, isWritten = false): void {
    invariant(bytes > 0, 'an allocation has bytes');
    if (isWritten) {
      this.#allocateByWriting(bytes);
      return;
    }
    const errno = this.#native?.allocate(this.descriptor, bytes) ?? errnoNumber('EOPNOTSUPP');
    if (errno === 0) return;
    if (errno === errnoNumber('EOPNOTSUPP') || errno === errnoNumber('ENOSYS')) {
      this.#allocateByWriting(bytes);
      return;
    }
    const cause = new SystemCallError(errno, 'fallocate');
    throw systemError(cause, { operation: `allocate ${bytes} bytes`, file: this.path, offset: 0 });
  }

  truncate(bytes: number): void {
    try {
      ftruncateSync(this.descriptor, bytes);
    } catch (cause) {
      throw systemError(cause, { operation: 'shorten', file: this.path, offset: bytes });
    }
  }

  sync(): void {
    try {
      fdatasyncSync(this.descriptor);
    } catch (cause) {
      throw systemError(cause, { operation: 'sync', file: this.path });
    }
  }

  syncInBackground(): Promise<void> {
    const descriptor = this.descriptor;
    this.#syncsRunning++;
    return new Promise((resolve, reject) => {
      fdatasync(descriptor, (cause) => {
        this.#syncsRunning--;
        try {
          if (this.#isClosed && this.#syncsRunning === 0) this.#closeDescriptor();
        } catch (closeError) {
          return reject(closeError);
        }
        if (cause === null) return resolve();
        reject(systemError(cause, { operation: 'sync', file: this.path }));
      });
    });
  }

  /** Closes at once, or when the last sync in the background has ended. Again: does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#syncsRunning === 0) this.#closeDescriptor();
  }

  #closeDescriptor(): void {
    try {
      closeSync(this.#descriptor);
    } catch (cause) {
      throw systemError(cause, { operation: 'close', file: this.path });
    }
  }

  #writeOnce(source: Uint8Array, start: number, bytes: number, position: number): number {
    try {
      return writeSync(this.descriptor, source, start, bytes, position);
    } catch (cause) {
      throw systemError(cause, { operation: 'write', file: this.path, offset: position });
    }
  }

  // What the file already holds is kept; holes in it are not filled.
  #allocateByWriting(bytes: number): void {
    const zeros = new Uint8Array(ZERO_PIECE_BYTES);
    let position = this.size();
    while (position < bytes) {
      const pieceEnd = position - (position % ZERO_PIECE_BYTES) + ZERO_PIECE_BYTES;
      const end = Math.min(pieceEnd, bytes);
      this.write(zeros, 0, end - position, position);
      position = end;
    }
  }
}
