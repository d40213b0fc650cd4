// Worker threads of tests: started from a compiled file beside this one, and waited for.

import { Worker } from 'node:worker_threads';

import type { ExecutionContext } from 'ava';

export interface TestThread<M = unknown> {
  /** Resolves when the thread has ended; rejects with its error. */
  readonly ended: Promise<void>;
  /** Messages it sent so far. */
  readonly messages: M[];
  /** The next message that it sends. */
  next(): Promise<M>;
}

/** Starts `test/support/<name>.ts` in a thread that does not outlive the test. */
export function startThread<M = unknown>(
  t: ExecutionContext,
  name: string,
  data: unknown,
): TestThread<M> {
  const worker = new Worker(new URL(`./${name}.js`, import.meta.url), { workerData: data });
  t.teardown(() => worker.terminate());
  const messages: M[] = [];
  const waiting: { resolve: (message: M) => void; reject: (error: Error) => void }[] = [];
  let given = 0;
  let failure: Error | undefined;
  worker.on('message', (message: M) => {
    messages.push(message);
    const next = waiting.shift();
    if (next === undefined) return;
    given++;
    next.resolve(message);
  });
  const ended = new Promise<void>((resolve, reject) => {
    const end = (error: Error | undefined) => {
      failure = error ?? new Error(`the thread ${name} has ended`);
      for (const { reject: refuse } of waiting.splice(0)) refuse(failure);
      if (error === undefined) resolve();
      else reject(error);
    };
    worker.on('error', (error: Error) => end(error));
    worker.on('exit', (code) => end(code === 0 ? undefined : new Error(`exit code ${code}`)));
  });
  ended.catch(() => undefined);
  return {
    ended,
    messages,
    next: () =>
      new Promise((resolve, reject) => {
        const ready = messages[given];
        if (ready !== undefined) {
          given++;
          resolve(ready);
        } else if (failure !== undefined) reject(failure);
        else waiting.push({ resolve, reject });
      }),
  };
}
