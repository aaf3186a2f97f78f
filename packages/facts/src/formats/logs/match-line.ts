import { carriedLines } from './line-prefix.ts';
import type { LogFormat, LogMatch, Misfit } from './log-format.ts';

/** Matches a line, also behind the whole prefix of syslog or a container. */
export function matchLine(format: LogFormat, text: string): LogMatch | null {
  const match = format.match(text);
  if (match !== null) return match;
  for (const carried of carriedLines(text)) {
    const inner = format.match(carried.text);
    // Docker ends the line only when the container has.
    if (inner !== null) return carried.prefixLength === null ? { ...inner, isWhole: true } : inner;
  }
  return null;
}

/** Explains why a line does not match, by the text behind its prefix if it has one. */
export function explainLine(format: LogFormat, text: string): Misfit {
  const [carried] = carriedLines(text);
  if (carried === undefined) return format.explain(text);
  const { column, problem } = format.explain(carried.text);
  return { column: column + (carried.prefixLength ?? 0), problem };
}
