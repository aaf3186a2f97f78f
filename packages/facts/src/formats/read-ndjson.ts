import { thenSentence } from '@hourglass/contract/messages';
import { splitLines, type Line } from './lines.ts';
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
  options: NdjsonOptions,
): AsyncGenerator<readonly RawFact[]> {
  const reader = new NdjsonReader(options);
  for await (const lines of splitLines(stream)) {
    yield reader.read(lines);
    if (reader.ended) return;
  }
  yield reader.end();
}

class NdjsonReader {
  /** Whether a fault has ended the reading. */
  ended = false;
  private readonly options: NdjsonOptions;
  /** Faults of the first lines, until a line can be read. */
  private first: Fault[] | null = [];
  private hint = '';

  constructor(options: NdjsonOptions) {
    this.options = options;
  }

  read(lines: readonly Line[]): readonly RawFact[] {
    const facts: RawFact[] = [];
    for (const line of lines) {
      const fact = parseNdjsonLine(line);
      if ('fault' in fact && 'text' in line && line.isUnended === true) {
        this.options.onUnfinished({ line: line.line, reason: fact.fault });
      } else if (this.first === null) {
        facts.push(fact);
      } else if ('fault' in fact) {
        if (this.first.length === 0 && 'text' in line) this.hint = this.options.looksLike(line.text, []);
        this.first.push(fact);
        if (this.first.length < firstLines) continue;
        this.ended = true;
        return [ofAll(this.first, this.hint)];
      } else {
        facts.push(...this.first, fact);
        this.first = null;
      }
    }
    return facts;
  }

  /** Returns the fault of a file none of whose lines could be read. */
  end(): readonly RawFact[] {
    return this.first === null || this.first.length === 0 ? [] : [ofAll(this.first, this.hint)];
  }
}

function ofAll(faults: readonly Fault[], hint: string): Fault {
  const [fault = { line: 1, fault: '' }] = faults;
  const reason = `${fault.fault}${hint}`;
  const all =
    faults.length === 1 ? reason : thenSentence(reason, `The first ${faults.length} lines are alike`);
  return { ...fault, fault: thenSentence(all, 'Reading stopped here'), endsReading: true };
}
