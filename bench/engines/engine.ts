// What the benchmark asks of every store. Each method is the store's fastest call of equal
// guarantee. Nothing here is measured that a store does not promise by its documentation.

import { createRequire } from 'node:module';

/** keys[i] gets values[i]. */
export interface Records {
  readonly keys: readonly string[];
  readonly values: readonly Uint8Array[];
}

export type Visit = (key: string, value: Uint8Array) => void;

/** What an asynchronous call returns; undefined: the work was done on return. */
export type Pending = Promise<unknown> | undefined;

export interface Engine {
  /** The value as the caller's own bytes. */
  get(key: string): Uint8Array | undefined;
  /** Visits up to `count` entries from `from` on, as own key strings and own bytes. */
  scan(from: string, count: number, reverse: boolean, visit: Visit): Pending;
  /** One independent write; durable when the promise resolves, or on return. */
  put(key: string, value: Uint8Array): Pending;
  /** One independent write, durable on return; undefined if the store has none. */
  readonly putSync: ((key: string, value: Uint8Array) => void) | undefined;
  /** Many writes; all durable when the promise resolves. */
  load(records: Records): Promise<void>;
  /** Many writes, atomic and durable. */
  batch(records: Records): Pending;
  /** Runs a synchronous body of get and putInWindow; its puts are durable at the end. */
  window(body: () => void): Pending;
  putInWindow(key: string, value: Uint8Array): void;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Open a second store with other encodings beside it, as an application would. */
  readonly withSecondStore: boolean;
}

export interface EngineModule {
  readonly name: string;
  /** True for a store measured against LaneDB. */
  readonly rival: boolean;
  /** Files of the store that are preallocated log, for the disk figures. */
  readonly isRingFile: (name: string) => boolean;
  /** Loads the library; throws when it cannot be used here. Returns its version. */
  prepare(): Promise<string>;
  open(directory: string, options: OpenOptions): Promise<Engine>;
}

/** Resolves the rivals: they are installed in bench/, never in the project itself. */
export const requireRival = createRequire(new URL('../../../bench/package.json', import.meta.url));

/** The version of an installed rival, also when its exports hide package.json. */
export function rivalVersion(name: string): string {
  const manifest: unknown = requireRival(`./node_modules/${name}/package.json`);
  return (manifest as { version: string }).version;
}
