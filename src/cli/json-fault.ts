// Where a text stops being JSON: the engine's own messages name no place for short texts. Slow and
// simple, run on texts that JSON.parse has refused. Nesting costs no stack.

const ESCAPES = '"\\/bfnrt';
const WORDS = ['true', 'false', 'null'];
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

export interface JsonFault {
  /** Counted from 1, in UTF-16 units. */
  column: number;
  reason: string;
}

/** The first place at which the text is not JSON; undefined if all of it is. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return { column: fault.at + 1, reason: fault.message };
    throw fault;
  }
}

class Fault extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;
  /** The closing marks that are still to come. */
  readonly #open: ('}' | ']')[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    this.#value();
    while (this.#open.length > 0) this.#next();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('nothing more was expected');
  }

  /** A value up to its end; of an array or object, up to its first inner value. */
  #value(): void {
    for (;;) {
      this.#space();
      const mark = this.#text[this.#at];
      if (mark !== '[' && mark !== '{') break;
      const close = mark === '[' ? ']' : '}';
      this.#at++;
      this.#space();
      if (this.#text[this.#at] === close) {
        this.#at++;
        return;
      }
      this.#open.push(close);
      if (close === '}') this.#name();
    }
    if (this.#text[this.#at] === '"') this.#string();
    else if (!this.#word() && !this.#number()) this.#fail('a value was expected');
  }

  #name(): void {
    this.#space();
    if (this.#text[this.#at] !== '"') this.#fail('a name in double quotes was expected');
    this.#string();
    this.#space();
    if (this.#text[this.#at] !== ':') this.#fail("':' was expected");
    this.#at++;
  }

  /** What stands behind a value that is inside another one. */
  #next(): void {
    this.#space();
    const close = this.#open.at(-1) ?? ']';
    const mark = this.#text[this.#at];
    if (mark === close) {
      this.#at++;
      this.#open.pop();
    } else if (mark === ',') {
      this.#at++;
      if (close === '}') this.#name();
      this.#value();
    } else {
      this.#fail(`',' or '${close}' was expected`);
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const mark = this.#text[this.#at];
      if (mark === undefined) this.#fail('the string does not end');
      if (mark < ' ') this.#fail('a control character must be an escape');
      this.#at++;
      if (mark === '"') return;
      if (mark === '\\') this.#escape();
    }
  }

  #escape(): void {
    const mark = this.#text[this.#at] ?? '';
    const isUnit = /^u[0-9a-fA-F]{4}$/.test(this.#text.slice(this.#at, this.#at + 5));
    if (!isUnit && (mark === '' || !ESCAPES.includes(mark))) this.#fail('not an escape');
    this.#at += isUnit ? 5 : 1;
  }

  #word(): boolean {
    const word = WORDS.find((each) => this.#text.startsWith(each, this.#at));
    this.#at += word?.length ?? 0;
    return word !== undefined;
  }

  #number(): boolean {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    this.#at += found?.[0].length ?? 0;
    return found !== null;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #fail(reason: string): never {
    const isEnd = this.#at >= this.#text.length;
    throw new Fault(this.#at, isEnd ? `the text ends too early: ${reason}` : reason);
  }
}
