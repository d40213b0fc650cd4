// Keys and values as words of a command line, and the encodings by name. docs/cli.md, "Keys and
// values".

import { UsageError } from './exit-codes.js';
import { fromJsonForm } from './json-form.js';

export const KEY_ENCODINGS = ['ordered', 'utf8', 'binary'] as const;
export const VALUE_ENCODINGS = ['msgpack', 'json', 'utf8', 'binary'] as const;
export type KeyEncodingName = (typeof KEY_ENCODINGS)[number];
export type ValueEncodingName = (typeof VALUE_ENCODINGS)[number];

/** The options that every command with keys has. */
export interface KeyOptions {
  keyEncoding: KeyEncodingName;
  /** Keys are JSON, not text. */
  keyJson: boolean;
}

/** The key that a word stands for: the text itself, or with `keyJson` what the JSON says. */
export function parseKey(word: string, options: KeyOptions): unknown {
  if (options.keyJson) return parseJson(word, 'key');
  return options.keyEncoding === 'binary' ? new TextEncoder().encode(word) : word;
}

/** The value that a word stands for: what it says as JSON, else the text itself. */
export function parseValue(word: string, encoding: ValueEncodingName): unknown {
  if (encoding === 'utf8') return word;
  const value = isJson(word) ? parseJson(word, 'value') : word;
  if (encoding !== 'binary' || value instanceof Uint8Array) return value;
  return new TextEncoder().encode(word);
}

/** A whole number of at least 0. */
export function parseCount(word: string, name: string): number {
  const count = Number(word);
  if (!/^\d+$/.test(word) || !Number.isSafeInteger(count)) {
    throw new UsageError(`${name} must be a whole number, not '${word}'`);
  }
  return count;
}

function isJson(word: string): boolean {
  try {
    JSON.parse(word);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function parseJson(word: string, what: string): unknown {
  try {
    return fromJsonForm(JSON.parse(word));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the ${what} '${word}' is not JSON: ${reason}`);
  }
}
