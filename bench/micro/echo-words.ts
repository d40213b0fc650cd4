// The words that threads.ts and its echo thread wait on and answer in, a cache line apart.

export const CALL = 0;
export const ANSWER = 16;
export const ECHO_WORDS = 32;
