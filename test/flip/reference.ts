// The records of a store as recovery hands them over, to compare a damaged store with the sound one.

import type { ReadOnlyFileSystem } from '../../src/io/file-system.js';
import type { LaneStream } from '../../src/recovery/lane-stream.js';
import type { SuperblockState } from '../../src/recovery/read-superblock.js';
import type { RecoverySink } from '../../src/recovery/recover.js';
import { recover } from '../../src/recovery/recover.js';
import type { RecoveryReport } from '../../src/recovery/report.js';

export interface KnownRecord {
  readonly data: Buffer;
  /** Full sequence. */
  readonly version: number;
}

/** The records of a sound store, in the order of recovery. */
export class Reference {
  readonly records: KnownRecord[];
  readonly report: RecoveryReport;
  /** Records before this one are proved durable by later ones, or by a clean close. */
  readonly proved: number;

  constructor(fileSystem: ReadOnlyFileSystem, directory: string) {
    const sink = new CollectingSink();
    this.report = recover(fileSystem, directory, sink);
    this.records = sink.records;
    const { era, durableEvidence, outcome } = this.report;
    const isProved = ({ version }: KnownRecord) => version <= era * 2 ** 32 + durableEvidence;
    const first = this.records.findIndex((record) => !isProved(record));
    this.proved = outcome === 'clean' || first < 0 ? this.records.length : first;
  }

  /** Largest full sequence of the first `count` records; trailers of sealed segments have none. */
  versionAt(count: number): number {
    let version = 0;
    for (const record of this.records.slice(0, count)) version = Math.max(version, record.version);
    return version;
  }
}

class CollectingSink implements RecoverySink {
  readonly records: KnownRecord[] = [];
  #era = 0;

  begin(state: SuperblockState): void {
    this.#era = state.block.era;
  }

  accept(stream: LaneStream): void {
    const version = (stream.reader.era ?? this.#era) * 2 ** 32 + stream.reader.sequence;
    this.records.push({ data: Buffer.from(dataOf(stream)), version });
  }
}

/** Compares record by record, so that nothing is copied. */
export class ComparingSink implements RecoverySink {
  readonly #records: KnownRecord[];
  /** Records that came, and the first one that is not the one it should be. */
  count = 0;
  wrongAt: number | undefined;

  constructor(reference: Reference) {
    this.#records = reference.records;
  }

  begin(_state: SuperblockState): void {}

  accept(stream: LaneStream): void {
    const known = this.#records[this.count];
    if (known === undefined || known.data.compare(dataOf(stream)) !== 0) {
      this.wrongAt ??= this.count;
    }
    this.count++;
  }
}

function dataOf(stream: LaneStream): Uint8Array {
  const { data, dataBytes } = stream.reader;
  return stream.segment.contents.bytes.subarray(data, data + dataBytes);
}
