// A file in memory for tests of what needs no disk: reads and writes at their place.

import type { WritableFile } from '../../src/io/file-system.js';

export class MemoryFile implements WritableFile {
  readonly path = 'memory';
  bytes = new Uint8Array(1 << 16);
  length = 0;
  /** Calls of read(). */
  reads = 0;

  size(): number {
    return this.length;
  }

  read(target: Uint8Array, start: number, bytes: number, position: number): number {
    this.reads++;
    const end = Math.min(this.length, position + bytes);
    if (end <= position) return 0;
    target.set(this.bytes.subarray(position, end), start);
    return end - position;
  }

  write(source: Uint8Array, start: number, bytes: number, position: number): void {
    const end = position + bytes;
    if (end > this.bytes.length) {
      const longer = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      longer.set(this.bytes);
      this.bytes = longer;
    }
    this.bytes.set(source.subarray(start, start + bytes), position);
    this.length = Math.max(this.length, end);
  }

  truncate(bytes: number): void {
    this.length = Math.min(this.length, bytes);
  }

  allocate(): void {}
  sync(): void {}
  async syncInBackground(): Promise<void> {}
  close(): void {}
}
