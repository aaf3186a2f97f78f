/** Limits and storage are read again in this interval, as places in the queue are. */
export const limitsEveryMs = 5000;

/** Sums over days are read again less often: they cost more and change little. */
export const sumsEveryMs = 30_000;
