/** Phases of an attempt, in order. */
export const attemptPhases = ['collecting', 'computing', 'writing', 'storing'] as const;
export type AttemptPhase = (typeof attemptPhases)[number];

export interface Progress {
  readonly phase: AttemptPhase;
  /** 0 to 100. Only completed queries have 100. */
  readonly percent: number;
  /** Facts that the engine has read so far. */
  readonly rowsScanned: number;
}

/** Percentages at which each phase begins and ends. */
const percents: Readonly<Record<AttemptPhase, readonly [number, number]>> = {
  collecting: [0, 30],
  computing: [30, 60],
  writing: [60, 90],
  storing: [90, 99],
};

/**
 * Returns the progress of an attempt that has finished `share` (0 to 1) of a phase. A report is
 * sorted, so the engine has read all `facts` before the first row; until then its own share is the
 * only measure.
 */
export function progressIn(phase: AttemptPhase, share: number, facts: number): Progress {
  const [start, end] = percents[phase];
  const done = Math.min(1, Math.max(0, share));
  const read = phase === 'collecting' ? 0 : phase === 'computing' ? done : 1;
  return { phase, percent: start + done * (end - start), rowsScanned: Math.floor(read * facts) };
}
