// The sticky poison of a store: set once by the first thread whose write or sync failed, never
// cleared. Its cause is kept as text in the control block, so that every thread can name it.

import { isLaneError, LaneError } from '../errors.js';
import type { ControlBlock } from './control-block.js';
import {
  DURABLE,
  POISON,
  POISON_BYTES,
  POISON_TEXT_BYTES,
  PREPARE_DONE,
  SYNC_REQUEST,
} from './control-block.js';

const SETTING = 1;
const SET = 2;
const SETTING_MS_MAX = 100;

interface PoisonText {
  message: string;
  code?: string;
  file?: string;
  offset?: number;
}

/** Poisons the store, if nobody has yet, and wakes everybody who waits on it. */
export function poison(control: ControlBlock, cause: unknown): void {
  if (Atomics.compareExchange(control.words, POISON, 0, SETTING) === 0) {
    const text: PoisonText = { message: cause instanceof Error ? cause.message : String(cause) };
    if (isLaneError(cause)) {
      text.code = cause.code;
      if (cause.file !== undefined) text.file = cause.file;
      if (cause.offset !== undefined) text.offset = cause.offset;
    }
    text.message = text.message.slice(0, POISON_TEXT_BYTES / 16);
    if (text.file !== undefined) text.file = text.file.slice(0, POISON_TEXT_BYTES / 16);
    const bytes = new TextEncoder().encode(JSON.stringify(text));
    control.poisonText.set(bytes.subarray(0, POISON_TEXT_BYTES));
    control.words[POISON_BYTES] = Math.min(bytes.length, POISON_TEXT_BYTES);
    Atomics.store(control.words, POISON, SET);
    Atomics.notify(control.words, POISON);
  }
  for (const word of [DURABLE, SYNC_REQUEST, PREPARE_DONE]) Atomics.notify(control.words, word);
}

export function isPoisoned(control: ControlBlock): boolean {
  return Atomics.load(control.words, POISON) !== 0;
}

/** The error every call gets from now on; its cause is what happened. */
export function poisonError(control: ControlBlock): LaneError {
  const text = readText(control);
  const place: { file?: string; offset?: number } = {};
  if (text.file !== undefined) place.file = text.file;
  if (text.offset !== undefined) place.offset = text.offset;
  const cause = new LaneError(isCode(text.code) ? text.code : 'IO_ERROR', text.message, place);
  return new LaneError('STORE_POISONED', `the store is poisoned: ${text.message}`, {
    ...place,
    cause,
  });
}

function readText(control: ControlBlock): PoisonText {
  // Another thread may be writing it this moment; one that died over it is not waited for.
  if (Atomics.load(control.words, POISON) === SETTING) {
    Atomics.wait(control.words, POISON, SETTING, SETTING_MS_MAX);
  }
  if (Atomics.load(control.words, POISON) !== SET) return { message: 'a write or sync failed' };
  const bytes = control.poisonText.slice(0, control.words[POISON_BYTES]!);
  const text: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return text as PoisonText;
}

function isCode(code: string | undefined): code is 'DISK_FULL' | 'IO_ERROR' | 'BACKGROUND_FAILED' {
  return code === 'DISK_FULL' || code === 'IO_ERROR' || code === 'BACKGROUND_FAILED';
}
