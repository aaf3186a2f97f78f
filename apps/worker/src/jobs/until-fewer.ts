/** Does some after some, at most `limit` at a time, until fewer than that were left. Answers how many in all. */
export async function untilFewer(
  limit: number,
  doSome: (limit: number) => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  let done = 0;
  for (;;) {
    const some = await doSome(limit);
    done += some;
    if (some < limit || signal.aborted) return done;
  }
}
