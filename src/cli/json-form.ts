// Keys and values as JSON, both ways: what JSON has no form for becomes an object with one member
// whose name begins with $, as {"$bigint": "12"}. The text has no character that a terminal acts
// on. docs/cli.md, "Keys and values", lists the forms. Pure.

const DOLLAR = '$';
const NO_FORM = Symbol('no form');
const ODD_NUMBERS: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity', '-0']);
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
  if (value instanceof Uint8Array && !Buffer.isBuffer(value)) return { $bytes: hexOf(value) };
  if (ArrayBuffer.isView(value)) return { $view: [value.constructor.name, hexOf(value)] };
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

/** What each form with a $ stands for; NO_FORM if its content is none of it. */
const READERS: Readonly<Record<string, (content: unknown) => unknown>> = {
  $bigint: (content) => (isText(content) && /^-?\d+$/.test(content) ? BigInt(content) : NO_FORM),
  $number: (content) => (isText(content) && ODD_NUMBERS.has(content) ? Number(content) : NO_FORM),
  $date: (content) => {
    if (content === null) return new Date(Number.NaN);
    return isText(content) && !Number.isNaN(Date.parse(content)) ? new Date(content) : NO_FORM;
  },
  $bytes: (content) => (isHex(content) ? bytesOf(content) : NO_FORM),
  $buffer: (content) => (isHex(content) ? bytesOf(content).buffer : NO_FORM),
  $view: (content) => (Array.isArray(content) && content.length === 2 ? viewOf(content) : NO_FORM),
  $regexp: (content) => (isText(content) ? expressionOf(content) : NO_FORM),
  $undefined: (content) => (content === true ? undefined : NO_FORM),
  $set: (content) => (Array.isArray(content) ? new Set(content.map(fromJsonForm)) : NO_FORM),
  $map: (content) => {
    if (!isPairs(content)) return NO_FORM;
    return new Map(content.map(([key, value]) => [fromJsonForm(key), fromJsonForm(value)]));
  },
  $object: (content) => {
    const isObject = typeof content === 'object' && content !== null;
    return isObject ? membersOf(Object.entries(content)) : NO_FORM;
  },
};

function readDollar(name: string, content: unknown): unknown {
  const value = Object.hasOwn(READERS, name) ? READERS[name]!(content) : NO_FORM;
  if (value !== NO_FORM) return value;
  throw new TypeError(`${JSON.stringify({ [name]: content })} is not a form of a value`);
}

function isText(content: unknown): content is string {
  return typeof content === 'string';
}

/** Length of the text alone decides how long it takes: no backtracking. */
function isHex(content: unknown): content is string {
  return typeof content === 'string' && content.length % 2 === 0 && /^[0-9a-f]*$/i.test(content);
}

const VIEWS = {
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** The view that [type, bytes] stands for. */
function viewOf([type, content]: unknown[]): unknown {
  if (typeof type !== 'string' || !isHex(content)) return NO_FORM;
  if (type === 'Buffer') return Buffer.from(content, 'hex');
  const { buffer } = bytesOf(content);
  if (type === 'DataView') return new DataView(buffer);
  if (!Object.hasOwn(VIEWS, type)) return NO_FORM;
  const View = VIEWS[type as keyof typeof VIEWS];
  return buffer.byteLength % View.BYTES_PER_ELEMENT === 0 ? new View(buffer) : NO_FORM;
}

/** The expression that String() printed. */
function expressionOf(text: string): unknown {
  const end = text.lastIndexOf('/');
  if (end < 2 || !text.startsWith('/')) return NO_FORM;
  try {
    return new RegExp(text.slice(1, end), text.slice(end + 1));
  } catch (error) {
    if (error instanceof SyntaxError) return NO_FORM;
    throw error;
  }
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

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
