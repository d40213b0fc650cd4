// What strace wrote, as calls: also those that other threads interrupt (`<unfinished ...>`, `<... x
// resumed>`). A call is entered at one moment and left at another, so that what was running at the
// same time can be told from what came after. Knows nothing of files or stores.

export interface TracedCall {
  readonly thread: number;
  readonly name: string;
  /** As strace prints them: `3</path>`, `"text"`, `O_RDWR|O_CREAT`. */
  readonly args: readonly string[];
  /** `0`, `3</path>`, `-1`; `?` for a call that never came back. */
  readonly result: string;
  /** Name of the error, if the call failed. */
  readonly errno: string | undefined;
  /** Line of the trace, from 1, on which it was entered. */
  readonly line: number;
  readonly enteredAt: number;
  /** Infinity for a call that never came back. */
  readonly leftAt: number;
}

interface Begun {
  readonly text: string;
  readonly line: number;
}

const UNFINISHED = / *<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/s;
const ESCAPES: Readonly<Record<string, string>> = {
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The calls of a trace in the order in which they were entered. */
export function parseTrace(trace: string): TracedCall[] {
  const calls: TracedCall[] = [];
  const begun = new Map<number, Begun>();
  for (const [index, text] of trace.split('\n').entries()) {
    const line = index + 1;
    const found = /^(\d+) +(.*)$/.exec(text);
    // Signals and ends of threads stand between the calls.
    if (found === null || /^(?:\+\+\+|---)/.test(found[2] ?? '')) continue;
    const thread = Number(found[1]);
    const said = found[2] ?? '';
    const resumed = RESUMED.exec(said);
    if (resumed !== null) {
      const start = begun.get(thread);
      if (start === undefined) throw new Error(`line ${line}: a call ends that never began`);
      begun.delete(thread);
      const whole = start.text + (resumed[2] ?? '');
      calls.push(parseCall(whole, { thread, line: start.line, leftAt: leaving(line) }));
    } else if (UNFINISHED.test(said)) {
      begun.set(thread, { text: said.replace(UNFINISHED, ''), line });
    } else {
      calls.push(parseCall(said, { thread, line, leftAt: leaving(line) }));
    }
  }
  for (const [thread, { text, line }] of begun) {
    calls.push(parseCall(`${text}) = ?`, { thread, line, leftAt: Number.POSITIVE_INFINITY }));
  }
  return calls.sort((a, b) => a.enteredAt - b.enteredAt);
}

/** Text or bytes of a string argument, a byte a character; cut off where strace cut it off. */
export function unquote(arg: string): string {
  const quoted = /^"(.*)"(?:\.\.\.)?$/s.exec(arg);
  if (quoted === null) throw new Error(`not a string: ${arg.slice(0, 40)}`);
  return (quoted[1] ?? '').replace(
    /\\(?:x([0-9a-f]{2})|([0-7]{1,3})|(.))/gs,
    (_, hex, octal, one) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[one as string] ?? (one as string);
    },
  );
}

/** Path of a descriptor argument or result, `3</path>`; undefined if it is none. */
export function descriptorPath(arg: string): string | undefined {
  return /^(?:\d+|AT_FDCWD)<(.*)>$/s.exec(arg)?.[1];
}

function leaving(line: number): number {
  return line * 2 + 1;
}

function parseCall(
  text: string,
  place: { thread: number; line: number; leftAt: number },
): TracedCall {
  const open = text.indexOf('(');
  const { args, end } = splitArgs(text, open + 1);
  const said = /^\s*=\s*(\?|-?\w+(?:<.*>)?)(?:\s+(E\w+))?/s.exec(text.slice(end));
  if (open < 1 || said === null) throw new Error(`line ${place.line}: not a call: ${text}`);
  return {
    thread: place.thread,
    name: text.slice(0, open),
    args,
    result: said[1] ?? '?',
    errno: said[2],
    line: place.line,
    enteredAt: place.line * 2,
    leftAt: place.leftAt,
  };
}

/** Arguments up to the bracket that closes the call, and the offset behind it. */
function splitArgs(text: string, from: number): { args: string[]; end: number } {
  const args: string[] = [];
  let start = from;
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (character === '<') at = text.indexOf('>', at);
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    else if (depth === 0 && (character === ',' || character === ')')) {
      const arg = text.slice(start, at).trim();
      if (arg !== '') args.push(arg);
      start = at + 1;
      if (character === ')') break;
    }
    if (at < 0) throw new Error(`a path without an end: ${text.slice(0, 80)}`);
  }
  return { args, end: at + 1 };
}

function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  throw new Error(`a string without an end: ${text.slice(open, open + 40)}`);
}
