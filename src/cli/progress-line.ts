// One line on stderr that says how far a long command has come. On a terminal only.

const CLEAR = '\r\u001b[K';

/** What is used of process.stderr. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Shows a text in place of the one before it, '' to clear; does nothing where nobody looks. */
export function progressLine(stream: ProgressStream): (text: string) => void {
  if (stream.isTTY !== true) return () => undefined;
  let isShown = false;
  return (text) => {
    if (text === '' && !isShown) return;
    stream.write(`${CLEAR}${text}`);
    isShown = text !== '';
  };
}
