// One entry of a store as a line of JSON, both ways. docs/cli.md, "lanedb export".

import { LaneError } from '../errors.js';
import { BadLineError } from './exit-codes.js';
import { findJsonFault } from './json-fault.js';
import { fromJsonForm, jsonText } from './json-form.js';
import { LINE_BYTES_MAX } from './line-splitter.js';

export interface LineEntry {
  key: unknown;
  value: unknown;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MEMBERS = ['key', 'value'];
/** Most bytes that one unit of a string takes as UTF-8. */
const UNIT_BYTES_MAX = 3;

/** `{"key": ..., "value": ...}`. Throws RECORD_TOO_LARGE for an entry that no line can hold. */
export function entryLine({ key, value }: LineEntry, bytesMax = LINE_BYTES_MAX): string {
  const line = lineOf({ key, value });
  if (line !== undefined && isLineShort(line, bytesMax)) return line;
  const limit = `the limit of ${bytesMax} bytes`;
  const message = `the entry of key ${jsonText(key)} makes a line longer than ${limit}`;
  throw new LaneError('RECORD_TOO_LARGE', message);
}

/**
 * The entry that a line holds; undefined for a blank one. Throws BadLineError with the line's
 * number, and the column where it is not JSON.
 */
export function parseEntry(line: Uint8Array, number: number): LineEntry | undefined {
  const text = textOf(line, number);
  if (/^[ \t\r]*$/.test(text)) return undefined;
  let form: unknown;
  try {
    form = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fault = findJsonFault(text);
    const place = fault === undefined ? '' : `, column ${fault.column}`;
    throw new BadLineError(`line ${number}${place}: not JSON: ${fault?.reason ?? error.message}`);
  }
  return entryOf(form, number);
}

function entryOf(form: unknown, number: number): LineEntry {
  if (typeof form !== 'object' || form === null || Array.isArray(form)) {
    throw new BadLineError(`line ${number}: not an object with key and value`);
  }
  for (const name of MEMBERS) {
    if (!Object.hasOwn(form, name)) throw new BadLineError(`line ${number}: "${name}" is missing`);
  }
  for (const name of Object.keys(form)) {
    if (MEMBERS.includes(name)) continue;
    throw new BadLineError(`line ${number}: unknown member ${JSON.stringify(name)}`);
  }
  const { key, value } = form as Record<string, unknown>;
  try {
    return { key: fromJsonForm(key), value: fromJsonForm(value) };
  } catch (error) {
    // A form that is none, or one nested so deep that the stack ends.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new BadLineError(`line ${number}: ${error.message}`);
  }
}

function isLineShort(line: string, bytesMax: number): boolean {
  return line.length * UNIT_BYTES_MAX <= bytesMax || Buffer.byteLength(line) <= bytesMax;
}

function textOf(line: Uint8Array, number: number): string {
  try {
    return decoder.decode(line);
  } catch (error) {
    if (error instanceof TypeError) throw new BadLineError(`line ${number}: not UTF-8`);
    throw error;
  }
}

function lineOf(entry: LineEntry): string | undefined {
  try {
    return jsonText(entry);
  } catch (error) {
    // The engine refuses longer strings than it can hold.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
