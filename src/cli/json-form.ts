// Keys and values as JSON, both ways: what JSON has no form for becomes an object with one member
// whose name begins with $, as {"$bigint": "12"}. The text has no character that a terminal acts
// on. docs/cli.md, "Keys and values", lists the forms. Pure.

const DOLLAR = '$';
/** Controls beyond ASCII's, line separators and marks that change the direction of a terminal. */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A value that JSON.stringify takes, and from which fromJsonForm makes the value again. */
export function toJsonForm(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return isPlain(value) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $bigint: String(value) };
    case 'undefined':
      return { $undefined: true };
    case 'object':
      return value === null ? null : objectForm(value);
    default:
      return value;
  }
}

/** One line of JSON. */
export function jsonText(value: unknown): string {
  return escapeUnprintable(JSON.stringify(toJsonForm(value)));
}

/** Writes the characters of a JSON text that a terminal would act on as escapes. */
export function escapeUnprintable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value that a parsed JSON text stands for. Throws TypeError for a form that is none. */
export function fromJsonForm(form: unknown): unknown {
  if (typeof form !== 'object' || form === null) return form;
  if (Array.isArray(form)) return form.map(fromJsonForm);
  const entries = Object.entries(form);
  const [name, content] = entries[0] ?? ['', undefined];
  if (entries.length !== 1 || !name.startsWith(DOLLAR)) return membersOf(entries);
  return readDollar(name, content);
}

function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function objectForm(value: object): unknown {
  if (Array.isArray(value)) return value.map(toJsonForm);
  if (value instanceof Date) {
    return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  }
  if (value instanceof Uint8Array) return { $bytes: hexOf(value) };
  if (ArrayBuffer.isView(value)) return { $view: value.constructor.name, bytes: hexOf(value) };
  if (value instanceof ArrayBuffer) return { $buffer: hexOf(new Uint8Array(value)) };
  if (value instanceof Map) {
    return { $map: [...value].map(([key, member]) => [toJsonForm(key), toJsonForm(member)]) };
  }
  if (value instanceof Set) return { $set: [...value].map(toJsonForm) };
  if (value instanceof RegExp) return { $regexp: String(value) };
  const entries = Object.entries(value);
  const form = Object.fromEntries(entries.map(([name, member]) => [name, toJsonForm(member)]));
  const isAmbiguous = entries.length === 1 && entries[0]![0].startsWith(DOLLAR);
  return isAmbiguous ? { $object: form } : form;
}

function membersOf(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([name, member]) => [name, fromJsonForm(member)]));
}

function readDollar(name: string, content: unknown): unknown {
  switch (name) {
    case '$bigint':
      if (typeof content === 'string' && /^-?\d+$/.test(content)) return BigInt(content);
      break;
    case '$number':
      if (['NaN', 'Infinity', '-Infinity', '-0'].includes(content as string)) {
        return Number(content);
      }
      break;
    case '$date':
      if (typeof content === 'string' && !Number.isNaN(Date.parse(content))) {
        return new Date(content);
      }
      if (content === null) return new Date(Number.NaN);
      break;
    case '$bytes':
      if (typeof content === 'string' && /^(?:[0-9a-f]{2})*$/i.test(content)) {
        return bytesOf(content);
      }
      break;
    case '$undefined':
      if (content === true) return undefined;
      break;
    case '$set':
      if (Array.isArray(content)) return new Set(content.map(fromJsonForm));
      break;
    case '$map':
      if (isPairs(content)) {
        return new Map(content.map(([key, value]) => [fromJsonForm(key), fromJsonForm(value)]));
      }
      break;
    case '$object':
      if (typeof content === 'object' && content !== null) {
        return membersOf(Object.entries(content));
      }
      break;
    default:
  }
  throw new TypeError(`${JSON.stringify({ [name]: content })} is not a form of a value`);
}

function isPairs(content: unknown): content is [unknown, unknown][] {
  return (
    Array.isArray(content) && content.every((each) => Array.isArray(each) && each.length === 2)
  );
}

/** Bytes as lower-case hexadecimal digits. */
export function hexOf(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
