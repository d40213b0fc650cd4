// What a salvage found and what it did not, as plain data. Sequences are full ones: era * 2^32 +
// low half. Files are named as in the directory of the source.

/** Something that could not be read or used, and where. */
export interface SalvageLoss {
  file: string;
  /** Where it begins; 0 for a file as a whole. */
  offset: number;
  /** How much of the file it concerns, where that is known. */
  bytes?: number;
  reason: string;
}

/** Sequences of which no record was found, `first` and `last` included. */
export interface MissingRange {
  first: number;
  last: number;
}

export interface SalvagedFile {
  file: string;
  /** What the file holds, which its header tells, or else its name. */
  lane: number;
  generation: number;
  /**
   * `sealed`, `live`: its records were read. `empty`: there are none. `left behind`: of an earlier
   * life of the store, not taken. `foreign`: of another store or format version, not read.
   */
  role: 'sealed' | 'live' | 'empty' | 'left behind' | 'foreign';
  bytes: number;
  /** Valid records with operations. */
  records: number;
  /** Smallest and largest sequence of them; 0 if there are none. */
  firstSequence: number;
  lastSequence: number;
}
