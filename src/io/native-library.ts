// The few calls of the C library that node:fs lacks, through the optional package koffi.
// Linux on x64 and arm64 (glibc and musl). Anywhere else, or without koffi, there is no library:
// files are then written through the buffered path and locks do without flock.
// Every call is typed (koffi takes a string for a pointer) and returns 0 or a positive errno.
import { createRequire } from 'node:module';
import { invariant } from '../invariant.js';
import { errnoNumber, SystemCallError } from './system-error.js';

/** Advice for advise(): fault all pages in for writing; an error instead of a signal. */
export const MADV_POPULATE_WRITE = 23;
/** Advice for advise(): back the range with huge pages where possible. */
export const MADV_HUGEPAGE = 14;
/** Longest mapping: a longer view of native memory aborts the process on Node 20. */
export const MAPPING_BYTES_MAX = 2 ** 32;

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const LOCK_SHARED_NOT_BLOCKING = 5;
const LOCK_EXCLUSIVE_NOT_BLOCKING = 6;
const OPEN_READ_CLOSE_ON_EXEC = 0x8_0000;
const OPEN_READ_WRITE_CLOSE_ON_EXEC = 0x8_0002;
const INTERRUPTED_ATTEMPTS_MAX = 1000;

/** Calls of the C library. Numbers returned are 0 for success or a positive errno. */
export interface NativeLibrary {
  /** mmap of a whole file, shared, for reading and writing. Throws SystemCallError. */
  mapShared(descriptor: number, bytes: number): bigint;
  unmap(address: bigint, bytes: number): number;
  advise(address: bigint, bytes: number, advice: number): number;
  /** Reserves blocks for the first `bytes` bytes and extends the file to that length. */
  allocate(descriptor: number, bytes: number): number;
  /** Opens an existing file for reading and writing, unknown to Node. Throws SystemCallError. */
  open(path: string): number;
  /** Opens an existing file for reading only, unknown to Node. Throws SystemCallError. */
  openRead(path: string): number;
  close(descriptor: number): number;
  /** flock(LOCK_SH | LOCK_NB): EWOULDBLOCK if another open file holds it exclusively. */
  lockShared(descriptor: number): number;
  /** flock(LOCK_EX | LOCK_NB): EWOULDBLOCK if another open file holds it. */
  lockExclusive(descriptor: number): number;
  /** Memory at an address as bytes. It stays mapped until unmap(), whatever is collected. */
  view(address: bigint, bytes: number): ArrayBuffer;
  /** Address of the first byte of shared memory. */
  addressOf(bytes: Uint8Array): bigint;
}

/** What is used of koffi. Its own types are not imported: they are absent when it is. */
interface Koffi {
  load(path: null): { func(prototype: string): unknown };
  errno(): number;
  view(address: bigint, bytes: number): ArrayBuffer;
  address(bytes: Uint8Array): bigint;
}

interface Calls {
  mmap(at: null, bytes: number, access: number, flags: number, fd: number, from: number): unknown;
  munmap(address: bigint, bytes: number): number;
  madvise(address: bigint, bytes: number, advice: number): number;
  fallocate(descriptor: number, mode: number, from: number, bytes: number): number;
  open(path: string, flags: number): number;
  close(descriptor: number): number;
  flock(descriptor: number, operation: number): number;
}

/** The library, or undefined where koffi, a symbol or the platform is missing. Never throws. */
export function loadNativeLibrary(): NativeLibrary | undefined {
  if (process.platform !== 'linux') return undefined;
  if (process.arch !== 'x64' && process.arch !== 'arm64') return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    return new KoffiLibrary(koffi, bindCalls(koffi));
  } catch {
    // Not installed, no build for this platform, or a C library without one of the symbols:
    // all mean the same to the caller, and the store works without.
    return undefined;
  }
}

function bindCalls(koffi: Koffi): Calls {
  const library = koffi.load(null);
  return {
    mmap: library.func(
      'void *mmap(void *address, size_t bytes, int access, int flags, int fd, int64_t from)',
    ) as Calls['mmap'],
    munmap: library.func('int munmap(void *address, size_t bytes)') as Calls['munmap'],
    madvise: library.func(
      'int madvise(void *address, size_t bytes, int advice)',
    ) as Calls['madvise'],
    fallocate: library.func(
      'int fallocate(int fd, int mode, int64_t from, int64_t bytes)',
    ) as Calls['fallocate'],
    open: library.func('int open(const char *path, int flags)') as Calls['open'],
    close: library.func('int close(int fd)') as Calls['close'],
    flock: library.func('int flock(int fd, int operation)') as Calls['flock'],
  };
}

class KoffiLibrary implements NativeLibrary {
  readonly #koffi: Koffi;
  readonly #calls: Calls;

  constructor(koffi: Koffi, calls: Calls) {
    this.#koffi = koffi;
    this.#calls = calls;
  }

  mapShared(descriptor: number, bytes: number): bigint {
    invariant(bytes > 0 && bytes <= MAPPING_BYTES_MAX, 'a mapping has 1 byte to 4 GiB');
    const address = this.#calls.mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED, descriptor, 0);
    if (typeof address !== 'bigint' || address === 0n || address === MAP_FAILED) {
      throw new SystemCallError(this.#koffi.errno(), 'mmap');
    }
    return address;
  }

  unmap(address: bigint, bytes: number): number {
    return this.#result(this.#calls.munmap(address, bytes));
  }

  advise(address: bigint, bytes: number, advice: number): number {
    return this.#uninterrupted(() => this.#calls.madvise(address, bytes, advice));
  }

  allocate(descriptor: number, bytes: number): number {
    return this.#uninterrupted(() => this.#calls.fallocate(descriptor, 0, 0, bytes));
  }

  open(path: string): number {
    return this.#open(path, OPEN_READ_WRITE_CLOSE_ON_EXEC);
  }

  openRead(path: string): number {
    return this.#open(path, OPEN_READ_CLOSE_ON_EXEC);
  }

  close(descriptor: number): number {
    // Not repeated when interrupted: Linux has closed the descriptor even then.
    return this.#result(this.#calls.close(descriptor));
  }

  lockShared(descriptor: number): number {
    return this.#uninterrupted(() => this.#calls.flock(descriptor, LOCK_SHARED_NOT_BLOCKING));
  }

  lockExclusive(descriptor: number): number {
    return this.#uninterrupted(() => this.#calls.flock(descriptor, LOCK_EXCLUSIVE_NOT_BLOCKING));
  }

  view(address: bigint, bytes: number): ArrayBuffer {
    // Both would abort the process inside koffi or V8, where nothing can catch it.
    invariant(address > 0n && address !== MAP_FAILED, 'a view has an address');
    invariant(bytes > 0 && bytes <= MAPPING_BYTES_MAX, 'a view has 1 byte to 4 GiB');
    return this.#koffi.view(address, bytes);
  }

  addressOf(bytes: Uint8Array): bigint {
    return this.#koffi.address(bytes);
  }

  #open(path: string, flags: number): number {
    invariant(!path.includes('\0'), 'a path holds no zero character');
    const descriptor = this.#calls.open(path, flags);
    if (descriptor < 0) throw new SystemCallError(this.#koffi.errno(), 'open');
    return descriptor;
  }

  #result(returned: number): number {
    return returned === 0 ? 0 : this.#koffi.errno();
  }

  #uninterrupted(call: () => number): number {
    const interrupted = errnoNumber('EINTR');
    let result = this.#result(call());
    for (let i = 1; result === interrupted && i < INTERRUPTED_ATTEMPTS_MAX; i++) {
      result = this.#result(call());
    }
    return result;
  }
}
