// A list of numbers that grows, eight bytes each: sequences of millions of records.

const FIRST_LENGTH = 256;

export class NumberList {
  #numbers = new Float64Array(FIRST_LENGTH);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  /** The numbers, in memory that the next push may leave behind. */
  get values(): Float64Array {
    return this.#numbers.subarray(0, this.#length);
  }
}

/** All numbers of all lists, ascending, each once. */
export function sortedOnce(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  all.sort();
  let kept = 0;
  for (const value of all) if (kept === 0 || value !== all[kept - 1]) all[kept++] = value;
  return all.subarray(0, kept);
}
