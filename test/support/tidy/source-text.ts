// Splits TypeScript text into code, comments and string literals, for checks that must not stumble
// over quoted words. Not a parser: it knows quotes, templates, regular expressions and comments.
// Guarantees that `code` has the same length and the same line breaks as the text.

export interface Piece {
  /** Offset of the first character in the text. */
  readonly start: number;
  readonly text: string;
}

export interface SourceText {
  readonly text: string;
  /** The text with comments and the insides of literals turned into spaces; quotes stay. */
  readonly code: string;
  /** Comments with their markers. */
  readonly comments: readonly Piece[];
  /** String literals without their quotes; `start` is the offset of the opening quote. */
  readonly strings: readonly Piece[];
}

const REGEX_MAY_FOLLOW = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|throw))$/;

export function scanSource(text: string): SourceText {
  return new Scanner(text).scan();
}

/** Line of an offset, from 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
  }
  return line;
}

class Scanner {
  readonly #text: string;
  readonly #code: string[];
  readonly #comments: Piece[] = [];
  readonly #strings: Piece[] = [];
  /** For every open `${`: the number of braces opened inside it. */
  readonly #templates: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#code = text.split('');
  }

  scan(): SourceText {
    while (this.#at < this.#text.length) this.#step();
    return {
      text: this.#text,
      code: this.#code.join(''),
      comments: this.#comments,
      strings: this.#strings,
    };
  }

  #step(): void {
    const pair = this.#text.slice(this.#at, this.#at + 2);
    const char = pair.charAt(0);
    if (pair === '//' || (pair === '#!' && this.#at === 0)) this.#comment('\n', 0);
    else if (pair === '/*') this.#comment('*/', 2);
    else if (char === "'" || char === '"') this.#quoted(char);
    else if (char === '`') this.#template();
    else if (char === '/' && this.#regexMayFollow()) this.#regex();
    else if (char === '{' || char === '}') this.#brace(char);
    else this.#at++;
  }

  #comment(end: string, endLength: number): void {
    const start = this.#at;
    const found = this.#text.indexOf(end, start + 2);
    this.#at = found === -1 ? this.#text.length : found + endLength;
    this.#comments.push({ start, text: this.#text.slice(start, this.#at) });
    this.#blank(start, this.#at);
  }

  #quoted(quote: string): void {
    const start = this.#at++;
    while (this.#at < this.#text.length && !`${quote}\n`.includes(this.#char())) this.#skip();
    this.#strings.push({ start, text: this.#text.slice(start + 1, this.#at) });
    this.#blank(start + 1, this.#at);
    this.#at++;
  }

  /** From a backtick, or from the brace that ends a `${...}`, to the next `${` or the closing backtick. */
  #template(): void {
    const start = this.#at++;
    while (this.#at < this.#text.length) {
      if (this.#char() === '`') break;
      if (this.#text.startsWith('${', this.#at)) {
        this.#blank(start + 1, this.#at);
        this.#templates.push(0);
        this.#at += 2;
        return;
      }
      this.#skip();
    }
    if (this.#text[start] === '`') {
      this.#strings.push({ start, text: this.#text.slice(start + 1, this.#at) });
    }
    this.#blank(start + 1, this.#at);
    this.#at++;
  }

  #regex(): void {
    const start = this.#at++;
    let inClass = false;
    while (this.#at < this.#text.length && this.#char() !== '\n') {
      if (this.#char() === '/' && !inClass) break;
      if (this.#char() === '[') inClass = true;
      if (this.#char() === ']') inClass = false;
      this.#skip();
    }
    this.#blank(start + 1, this.#at);
    this.#at++;
  }

  #brace(char: string): void {
    const depth = this.#templates.at(-1);
    if (depth === undefined) {
      this.#at++;
    } else if (char === '}' && depth === 0) {
      this.#templates.pop();
      this.#template();
    } else {
      this.#templates[this.#templates.length - 1] = depth + (char === '{' ? 1 : -1);
      this.#at++;
    }
  }

  #regexMayFollow(): boolean {
    const before = this.#code.slice(Math.max(0, this.#at - 200), this.#at).join('');
    return REGEX_MAY_FOLLOW.test(before.trimEnd());
  }

  #char(): string {
    return this.#text.charAt(this.#at);
  }

  #skip(): void {
    this.#at += this.#char() === '\\' ? 2 : 1;
  }

  #blank(start: number, end: number): void {
    for (let at = start; at < Math.min(end, this.#code.length); at++) {
      if (this.#code[at] !== '\n') this.#code[at] = ' ';
    }
  }
}
