// Steps of a model run that the store must refuse: wrong keys, wrong values, wrong batches, records
// that fit no segment, writes in a transaction's body, a closed store. None may leave a trace.

import { isLaneError, type LaneErrorCode } from '../../src/errors.js';
import type { ModelSession, OpenIterator } from './model-session.js';

const SIZE_MAX = 70_000;

/** One refused call; what the store holds afterwards is compared by the steps that follow. */
export async function refuse(session: ModelSession): Promise<void> {
  const { choices, store } = session;
  const badKey = wrongKey(session);
  const value = session.randomValue();
  const good = { type: 'put', key: session.randomKey(), value } as const;
  const kind = choices.weighted({ put: 2, value: 2, batch: 2, read: 2, size: 1, nested: 1 });
  session.note(`refuse ${kind}`);
  switch (kind) {
    case 'put':
      return rejectsArgument(store.put(badKey, value));
    case 'value':
      return rejectsArgument(store.put(good.key, wrongValue(session)));
    case 'batch':
      return rejectsArgument(store.batch([good, { ...good, key: badKey }, good]));
    case 'read':
      return throwsArgument(() => store.get(badKey));
    case 'size':
      return rejects(store.put(good.key, tooLarge(session)), 'RECORD_TOO_LARGE');
    case 'nested':
      return refuseNested(session);
  }
}

/** After close(): every call is refused, also of what was kept open. */
export async function refuseClosed(
  store: ModelSession['store'],
  session: ModelSession,
  kept: Pick<ModelSession, 'snapshots' | 'iterators'>,
): Promise<void> {
  const key = session.randomKey();
  throws(() => store.get(key), 'STORE_CLOSED');
  throws(() => store.count(), 'STORE_CLOSED');
  await rejects(store.put(key, session.randomValue()), 'STORE_CLOSED');
  await rejects(store.flush(), 'STORE_CLOSED');
  for (const { snapshot } of kept.snapshots) throws(() => snapshot.get(key), 'STORE_CLOSED');
  for (const open of kept.iterators) stepClosed(session, open);
}

export async function rejects(promise: Promise<unknown>, code: LaneErrorCode): Promise<void> {
  const error = await failureOf(promise);
  if (!isLaneError(error, code)) throw new Error(`not refused with ${code}`, { cause: error });
}

/** An iterator has read some entries ahead: it gives those, and refuses to read more. */
function stepClosed(session: ModelSession, open: OpenIterator): void {
  for (; ; open.step++) {
    const { expected, iterator, step } = open;
    try {
      const entry = expected[step];
      const result = iterator.next();
      const wanted = entry === undefined ? undefined : [entry.key, entry.value];
      session.equal(result.value, wanted, 'an iterator of a closed store');
      if (result.done === true) return;
    } catch (error) {
      if (isLaneError(error, 'STORE_CLOSED')) return;
      throw error;
    }
  }
}

async function refuseNested(session: ModelSession): Promise<void> {
  const { store } = session;
  let nested: Promise<unknown> | undefined;
  const key = session.randomKey();
  const value = session.randomValue();
  const { durable } = store.transaction(() => {
    nested = failureOf(store.put(key, value));
    throws(() => store.flushSync(), 'TRANSACTION_ACTIVE');
  });
  await durable;
  const error = await nested;
  if (!isLaneError(error, 'TRANSACTION_ACTIVE')) {
    throw new Error('a write in the body of a transaction was not refused', { cause: error });
  }
}

async function rejectsArgument(promise: Promise<unknown>): Promise<void> {
  checkArgumentError(await failureOf(promise));
}

function throwsArgument(call: () => unknown): void {
  checkArgumentError(thrownBy(call));
}

function throws(call: () => unknown, code: LaneErrorCode): void {
  const error = thrownBy(call);
  if (!isLaneError(error, code)) throw new Error(`not refused with ${code}`, { cause: error });
}

/** The failure of a promise, undefined if there is none. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

function checkArgumentError(error: unknown): void {
  const isArgumentError =
    error instanceof TypeError ||
    error instanceof RangeError ||
    isLaneError(error, 'VALUE_INVALID');
  if (!isArgumentError) throw new Error('a wrong argument was not refused', { cause: error });
}

function wrongKey({ choices, settings }: ModelSession): unknown {
  const common = [undefined, Symbol('key'), () => 1, {}, Number.NaN];
  if (settings.keyEncoding === 'ordered') {
    return choices.pick([
      ...common,
      'x'.repeat(1024),
      '\ud800',
      [[Number.NaN]],
      new Date(Number.NaN),
    ]);
  }
  if (settings.keyEncoding === 'utf8') {
    return choices.pick([...common, 'x'.repeat(1025), '\udc00', 1, new Uint8Array(1)]);
  }
  return choices.pick([...common, new Uint8Array(1025), 'text', [1]]);
}

function wrongValue({ choices, settings }: ModelSession): unknown {
  switch (settings.valueEncoding) {
    case 'utf8':
      return choices.pick([1, null, new Uint8Array(1), undefined]);
    case 'binary':
      return choices.pick([1, null, 'text', undefined, [1]]);
    case 'json':
      return choices.pick([undefined, () => 1, 1n, Symbol('value')]);
    case 'msgpack':
      return choices.pick([() => 1, Symbol('value')]);
  }
}

function tooLarge({ settings }: ModelSession): unknown {
  return settings.valueEncoding === 'binary' ? new Uint8Array(SIZE_MAX) : 'x'.repeat(SIZE_MAX);
}
