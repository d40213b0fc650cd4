// What a traced process says about itself, in writes to a file that the trace shows: a write
// through the store begins, ends (with the bytes of segments that it made), is acknowledged or
// refused. Written at once and unbuffered, so that a mark stands in the trace where it was made.

import { writeSync } from 'node:fs';

/** Bytes of a segment file. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly end: number;
}

export type Mark =
  | { readonly kind: 'begin' | 'acknowledged' | 'refused'; readonly number: number }
  | { readonly kind: 'end'; readonly number: number; readonly spans: readonly Span[] }
  | { readonly kind: 'note'; readonly text: string };

export class Marks {
  readonly #descriptor: number;
  #last = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Returns the number of the write that begins. */
  begin(): number {
    this.#last++;
    this.#write(`begin ${this.#last}`);
    return this.#last;
  }

  end(number: number, spans: readonly Span[]): void {
    this.#write(
      `end ${number} ${spans.map(({ name, from, end }) => `${name}:${from}:${end}`).join(' ')}`,
    );
  }

  /** The write, and every one before it, is said to survive power loss. */
  acknowledged(number: number): void {
    this.#write(`acknowledged ${number}`);
  }

  refused(number: number): void {
    this.#write(`refused ${number}`);
  }

  /** For whoever reads the trace. */
  note(text: string): void {
    this.#write(`note ${text}`);
  }

  #write(text: string): void {
    writeSync(this.#descriptor, text);
  }
}

export function parseMark(text: string): Mark {
  const [word, first = '', ...rest] = text.split(' ');
  if (word === 'note') return { kind: 'note', text: text.slice('note '.length) };
  const number = Number(first);
  if (!Number.isSafeInteger(number)) throw new Error(`not a mark: ${text}`);
  if (word === 'begin' || word === 'acknowledged' || word === 'refused') {
    return { kind: word, number };
  }
  if (word !== 'end') throw new Error(`not a mark: ${text}`);
  const spans = rest.filter(Boolean).map((span) => {
    const [name = '', from, end] = span.split(':');
    return { name, from: Number(from), end: Number(end) };
  });
  return { kind: 'end', number, spans };
}
