// Lets Ctrl-C end a command between two steps; a second one ends the process at once.

import { InterruptedError } from './exit-codes.js';

/** Runs `use`. Throws InterruptedError after Ctrl-C, when `use` has ended; so does the signal. */
export async function withInterrupt<T>(use: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new InterruptedError('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    const result = await use(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
