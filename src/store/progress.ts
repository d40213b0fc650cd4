// Reports the progress of an open to the user, every so many records.

export interface OpenProgress {
  /** Records read so far. */
  records: number;
}

const RECORDS_PER_REPORT = 65536;

export class ProgressMeter {
  readonly #report: ((progress: OpenProgress) => void) | undefined;
  #records = 0;
  #reported = 0;

  constructor(report: ((progress: OpenProgress) => void) | undefined) {
    this.#report = report;
  }

  count(): void {
    this.#records++;
    if (this.#records % RECORDS_PER_REPORT === 0) this.finish();
  }

  /** Reports what was not reported yet. */
  finish(): void {
    if (this.#records === this.#reported) return;
    this.#reported = this.#records;
    this.#report?.({ records: this.#records });
  }
}
