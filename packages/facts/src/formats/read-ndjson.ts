import { thenSentence } from '@hourglass/contract/messages';
import { splitLines } from './lines.ts';
import type { FormatGuide } from './logs/looks-like.ts';
import { parseNdjsonLine } from './ndjson.ts';
import type { RawFact, UnfinishedLine } from './raw-fact.ts';

type Fault = Extract<RawFact, { fault: string }>;

interface NdjsonOptions {
  readonly onUnfinished: (line: UnfinishedLine) => void;
  readonly looksLike: FormatGuide;
}

/** If none of these lines can be read, the file has another format. */
const firstLines = 100;

/**
 * Reads NDJSON from a file. A last line without an end is unfinished unless it is JSON. If no first
 * line can be read, one fault ends the reading.
 */
export async function* readNdjson(
  stream: AsyncIterable<Uint8Array>,
  { onUnfinished, looksLike }: NdjsonOptions,
): AsyncGenerator<RawFact> {
  /** Faults of the first lines, until a line can be read. */
  let first: Fault[] | null = [];
  let hint = '';
  for await (const lines of splitLines(stream)) {
    for (const line of lines) {
      const fact = parseNdjsonLine(line);
      if ('fault' in fact && 'text' in line && line.isUnended === true) {
        onUnfinished({ line: line.line, reason: fact.fault });
      } else if (first === null) {
        yield fact;
      } else if ('fault' in fact) {
        if (first.length === 0 && 'text' in line) hint = looksLike(line.text, []);
        first.push(fact);
        if (first.length < firstLines) continue;
        yield ofAll(first, hint);
        return;
      } else {
        yield* first;
        first = null;
        yield fact;
      }
    }
  }
  if (first !== null && first.length > 0) yield ofAll(first, hint);
}

function ofAll(faults: readonly Fault[], hint: string): Fault {
  const [fault = { line: 1, fault: '' }] = faults;
  const reason = `${fault.fault}${hint}`;
  const all =
    faults.length === 1 ? reason : thenSentence(reason, `The first ${faults.length} lines are alike`);
  return { ...fault, fault: thenSentence(all, 'Reading stopped here'), endsReading: true };
}
