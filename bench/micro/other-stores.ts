// Two stores of different encodings, opened and used as an application would, so that the call
// sites of the measured code have seen what they see there.

import { open } from '../../src/index.js';

const RECORDS = 2000;
const MEMORY_BYTES = 32 * 1024 * 1024;

interface AnyStore {
  put(key: string, value: unknown): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  get(key: string): unknown;
  entries(range: { reverse?: boolean; limit: number }): Iterable<[unknown, unknown]>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

async function use(store: AnyStore, value: (index: number) => unknown): Promise<void> {
  for (let i = 0; i < RECORDS; i++) {
    void store.put(`note:${i}`, value(i));
    if (i % 5 === 0) void store.delete(`note:${i >> 1}`);
  }
  let seen = 0;
  for (let i = 0; i < RECORDS; i++) {
    if (store.get(`note:${i}`) !== undefined) seen++;
  }
  for (const reverse of [false, true]) {
    for (const [key] of store.entries({ reverse, limit: RECORDS / 2 })) {
      if (typeof key === 'string') seen++;
    }
  }
  if (seen < RECORDS) throw new Error('a store lost records');
  await store.flush();
}

/** Opens and uses both; returns what closes them. */
export async function openOtherStores(directory: string): Promise<() => Promise<void>> {
  const common = { io: 'buffered', memoryBytes: MEMORY_BYTES } as const;
  const [first, second] = await Promise.all([
    open(`${directory}/other-1`, { ...common, keyEncoding: 'ordered', valueEncoding: 'binary' }),
    open(`${directory}/other-2`, { ...common, keyEncoding: 'utf8', valueEncoding: 'msgpack' }),
  ]);
  await use(first as AnyStore, (index) => new Uint8Array(128).fill(index));
  await use(second as AnyStore, (index) => ({ id: index, name: `name ${index}`, tags: ['a'] }));
  return async () => {
    await first.close();
    await second.close();
  };
}
