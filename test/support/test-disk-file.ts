// An open file of the test disk: one file description, which reports a failed sync once.

import type { WritableFile } from '../../src/io/file-system.js';
import type { DiskCore } from './test-disk-core.js';
import type { DiskCall } from './test-disk-fault.js';
import { diskError } from './test-disk-fault.js';
import type { FileInode } from './test-disk-inode.js';

export class TestFile implements WritableFile {
  readonly path: string;
  readonly inode: FileInode;
  readonly #disk: DiskCore;
  readonly #writable: boolean;
  #failuresReported: number;
  #closed = false;

  constructor(disk: DiskCore, inode: FileInode, path: string, writable: boolean) {
    this.path = path;
    this.inode = inode;
    this.#disk = disk;
    this.#writable = writable;
    this.#failuresReported = inode.failedSyncs;
    disk.hold(inode);
  }

  size(): number {
    if (this.#closed) throw new Error(`size of closed file ${this.path}`);
    return this.inode.current.length;
  }

  read(target: Uint8Array, start: number, bytes: number, position: number): number {
    this.#checkOpen(this.#disk.enter('read', this.path, { offset: position, bytes }));
    checkRange(target, start, bytes, position);
    return this.inode.read(target, start, bytes, position);
  }

  write(source: Uint8Array, start: number, bytes: number, position: number): void {
    const { call, fault } = this.#disk.begin('write', this.path, { offset: position, bytes });
    this.#checkWritable(call);
    checkRange(source, start, bytes, position);
    if (fault === undefined) {
      this.#disk.reserve(call, this.inode, position + bytes);
      this.inode.write(source, start, bytes, position);
      return;
    }
    const written = Math.min(bytes, fault.shortBytes ?? 0);
    this.inode.write(source, start, written, position);
    throw diskError(call, fault.errno ?? 'EIO', `, stopped after ${written} bytes`);
  }

  allocate(bytes: number): void {
    const call = this.#disk.enter('allocate', this.path, { bytes });
    this.#checkWritable(call);
    this.#disk.reserve(call, this.inode, bytes);
    this.inode.allocate(bytes);
  }

  truncate(bytes: number): void {
    this.#checkWritable(this.#disk.enter('truncate', this.path, { bytes }));
    if (this.inode.isMapped) throw new Error(`${this.path} is mapped and may not be shortened`);
    this.inode.truncate(bytes);
  }

  sync(): void {
    this.#beginSync()();
  }

  /** What is written between the call and the end of the promise is not part of the sync. */
  async syncInBackground(): Promise<void> {
    const end = this.#beginSync();
    await Promise.resolve();
    end();
  }

  /** Again: does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#disk.enter('close', this.path);
    this.#closed = true;
    this.#disk.release(this.inode);
  }

  #beginSync(): () => void {
    const { call, fault } = this.#disk.begin('sync', this.path);
    this.#checkWritable(call);
    const capture = this.inode.capture();
    return () => {
      if (fault === undefined) this.inode.complete(capture);
      else this.#disk.endWithFailure(this.inode, capture, fault);
      if (this.inode.failedSyncs === this.#failuresReported) return;
      this.#failuresReported = this.inode.failedSyncs;
      throw diskError(call, fault?.errno ?? 'EIO');
    };
  }

  #checkOpen(call: DiskCall): void {
    if (!this.#closed) return;
    call.outcome = 'failed';
    throw new Error(`${call.operation} of closed file ${this.path}`);
  }

  #checkWritable(call: DiskCall): void {
    this.#checkOpen(call);
    if (!this.#writable) throw diskError(call, 'EBADF', ', opened for reading only');
  }
}

function checkRange(memory: Uint8Array, start: number, bytes: number, position: number): void {
  const whole = [start, bytes, position].every(
    (value) => Number.isSafeInteger(value) && value >= 0,
  );
  if (!whole || start + bytes > memory.length) {
    throw new RangeError(`range ${start} + ${bytes} at ${position}, memory of ${memory.length}`);
  }
}
