// The way back from annotated lines to bytes, for tests and for the examples of docs/format.md.

const LINE = /^ *(\d+) {2}(\S+(?: \S+)*)(?: {2,}.*)?$/;
const RUN = /^(00|\.\.) \* (\d+)$/;

/** The bytes that lines of annotate() stand for. Bytes left out become 0xee. */
export function annotatedBytes(lines: Iterable<string>): Uint8Array {
  const bytes: number[] = [];
  let start: number | undefined;
  for (const line of lines) {
    const match = LINE.exec(line);
    if (match === null) throw new Error(`not an annotated line: ${line}`);
    const offset = Number(match[1]);
    start ??= offset;
    if (offset !== start + bytes.length) throw new Error(`bytes before ${offset} are missing`);
    const run = RUN.exec(match[2]!);
    if (run !== null) {
      const byte = run[1] === '00' ? 0 : 0xee;
      for (let count = Number(run[2]); count > 0; count--) bytes.push(byte);
      continue;
    }
    for (const pair of match[2]!.split(' ')) {
      if (!/^[0-9a-f]{2}$/.test(pair)) throw new Error(`not hexadecimal: ${line}`);
      bytes.push(Number.parseInt(pair, 16));
    }
  }
  return Uint8Array.from(bytes);
}
