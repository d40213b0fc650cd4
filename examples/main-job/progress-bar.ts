// A progress bar on a terminal; nothing at all where the output is no terminal.

const WIDTH = 32;
const REDRAW_MS = 50;

export class ProgressBar {
  readonly #label: string;
  readonly #total: number;
  readonly #start = performance.now();
  #drawnAt = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  update(done: number): void {
    if (!process.stdout.isTTY) return;
    const now = performance.now();
    if (now - this.#drawnAt < REDRAW_MS && done < this.#total) return;
    this.#drawnAt = now;
    const share = this.#total === 0 ? 1 : done / this.#total;
    const full = Math.round(share * WIDTH);
    const bar = '#'.repeat(full) + '-'.repeat(WIDTH - full);
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    process.stdout.write(`\r  ${this.#label} [${bar}]${percent}`);
  }

  /** Takes the bar away; returns the seconds since it began. */
  end(): number {
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
    return (performance.now() - this.#start) / 1000;
  }
}
