// A histogram of latencies with buckets 1.6 % wide, from 1 ns to hours; mergeable, and small
// enough to send between processes.

const SUB_BUCKETS = 64;
const SUB_BITS = 6;

/** Pairs of bucket and count, flattened. */
export type HistogramData = number[];

function bucketOf(nanoseconds: number): number {
  const value = Math.max(1, Math.floor(nanoseconds));
  if (value < SUB_BUCKETS) return value;
  const exponent = Math.floor(Math.log2(value));
  const sub = Math.floor(value / 2 ** (exponent - SUB_BITS)) - SUB_BUCKETS;
  return (exponent - SUB_BITS + 1) * SUB_BUCKETS + sub;
}

function middleOf(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const scale = 2 ** (Math.floor(bucket / SUB_BUCKETS) - 1);
  return (SUB_BUCKETS + (bucket % SUB_BUCKETS) + 0.5) * scale;
}

export class Histogram {
  readonly #counts = new Float64Array(48 * SUB_BUCKETS);
  #total = 0;

  /** Adds one latency in milliseconds, as performance.now() measures it. */
  add(milliseconds: number): void {
    const bucket = Math.min(bucketOf(milliseconds * 1e6), this.#counts.length - 1);
    this.#counts[bucket]! += 1;
    this.#total += 1;
  }

  merge(data: HistogramData): void {
    for (let i = 0; i + 1 < data.length; i += 2) {
      this.#counts[data[i]!]! += data[i + 1]!;
      this.#total += data[i + 1]!;
    }
  }

  get total(): number {
    return this.#total;
  }

  /** The latency in microseconds that `share` of all samples do not exceed; NaN if too few. */
  percentile(share: number): number {
    if (this.#total * (1 - share) < 1) return Number.NaN;
    let left = Math.ceil(this.#total * share);
    for (let i = 0; i < this.#counts.length; i++) {
      left -= this.#counts[i]!;
      if (left <= 0) return middleOf(i) / 1000;
    }
    return Number.NaN;
  }

  toData(): HistogramData {
    const data: HistogramData = [];
    this.#counts.forEach((count, bucket) => {
      if (count > 0) data.push(bucket, count);
    });
    return data;
  }
}
