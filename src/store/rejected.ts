// Rejections of calls that return a promise.

import { isLaneError } from '../errors.js';

/** A rejected promise; handled in advance unless it tells of a mistake in the call. */
export function rejected<T>(error: unknown): Promise<T> {
  const promise = Promise.reject<T>(error);
  if (isLaneError(error)) promise.catch(() => undefined);
  return promise;
}
