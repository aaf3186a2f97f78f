/** What an attempt is at, in the order in which it comes to it. */
export const attemptPhases = ['collecting', 'computing', 'writing', 'storing'] as const;
export type AttemptPhase = (typeof attemptPhases)[number];

export interface Progress {
  readonly phase: AttemptPhase;
  /** 0 to 100; 100 is for queries that are completed. */
  readonly percent: number;
  /** Facts that the engine has read. */
  readonly rowsScanned: number;
}

/** Where each phase begins and ends. */
const percents: Readonly<Record<AttemptPhase, readonly [number, number]>> = {
  collecting: [0, 30],
  computing: [30, 60],
  writing: [60, 90],
  storing: [90, 99],
};

/**
 * How far an attempt is that has done a share, 0 to 1, of a phase. A report has an order, so all of its `facts` were
 * read when its first row comes; until then the engine's own share is all that is known of them.
 */
export function progressIn(phase: AttemptPhase, share: number, facts: number): Progress {
  const [start, end] = percents[phase];
  const done = Math.min(1, Math.max(0, share));
  const read = phase === 'collecting' ? 0 : phase === 'computing' ? done : 1;
  return { phase, percent: start + done * (end - start), rowsScanned: Math.floor(read * facts) };
}
