// Assertions about our own reasoning. Never used on data from disk or from the caller: what is
// wrong there is an error.

/**
 * Stops the operation when our own reasoning is broken. The message is a literal: building one
 * costs more than the check.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) fail(message);
}

/** Marks a place that cannot be reached. */
export function unreachable(message: string): never {
  fail(message);
}

function fail(message: string): never {
  throw new Error(`invariant broken: ${message}`);
}
