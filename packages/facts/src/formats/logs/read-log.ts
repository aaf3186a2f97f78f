import { thenSentence } from '@hourglass/contract/messages';
import { splitLines, type Line } from '../lines.ts';
import type { RawFact, UnfinishedLine } from '../raw-fact.ts';
import { chooseFormat } from './choose-format.ts';
import { jsonLog } from './json-log.ts';
import { carriedLines } from './line-prefix.ts';
import { factOf, type LogFactOptions } from './log-facts.ts';
import type { LogFormat } from './log-format.ts';
import type { FormatGuide } from './looks-like.ts';
import { explainLine, matchLine } from './match-line.ts';

export interface LogOptions extends LogFactOptions {
  /** The format of the file is the one of these that reads the most of its first lines. */
  readonly formats: readonly LogFormat[];
  readonly onFormat: (format: LogFormat) => void;
  readonly onUnfinished: (line: UnfinishedLine) => void;
  readonly looksLike: FormatGuide;
}

/** Lines of a file from which its format is chosen. */
const sampleLines = 100;

/**
 * Reads an access log. Every line must have the format of the first ones; any other is a fault. If
 * no first line has one of the formats, one fault ends the reading.
 */
export async function* readLog(
  stream: AsyncIterable<Uint8Array>,
  options: LogOptions,
): AsyncGenerator<readonly RawFact[]> {
  let sample: Line[] = [];
  let format: LogFormat | null = null;
  for await (const lines of splitLines(stream)) {
    if (format === null) {
      sample.push(...lines);
      if (sample.length < sampleLines) continue;
      format = choose(sample, options);
      if (format === null) {
        yield unknownFormat(sample, options);
        return;
      }
      yield readLines(sample, format, options);
      sample = [];
    } else {
      yield readLines(lines, format, options);
    }
  }
  if (sample.length === 0) return;
  format = choose(sample, options);
  yield format === null ? unknownFormat(sample, options) : readLines(sample, format, options);
}

function choose(sample: readonly Line[], { formats, onFormat }: LogOptions): LogFormat | null {
  const format = chooseFormat(formats, textsOf(sample));
  if (format !== null) onFormat(format);
  return format;
}

function textsOf(sample: readonly Line[]): readonly string[] {
  return sample.slice(0, sampleLines).flatMap((line) => ('text' in line ? [line.text] : []));
}

function readLines(lines: readonly Line[], format: LogFormat, options: LogOptions): readonly RawFact[] {
  const facts: RawFact[] = [];
  for (const line of lines) {
    if ('fault' in line) {
      facts.push(line);
      continue;
    }
    const match = matchLine(format, line.text);
    if (match !== null && (match.isWhole || line.isUnended !== true)) {
      facts.push({ line: line.line, value: factOf(match.entry, options) });
    } else if (line.isUnended === true) {
      const reason = match === null ? explained(line.text, format) : 'more may follow its last value';
      options.onUnfinished({ line: line.line, reason });
    } else {
      const hint = options.looksLike(line.text, options.formats);
      facts.push({ line: line.line, fault: `${explained(line.text, format)}${hint}` });
    }
  }
  return facts;
}

function explained(text: string, format: LogFormat): string {
  const { column, problem } = explainLine(format, text);
  return `column ${column}: ${problem}`;
}

/** One fault stands for all lines. Lines that are not text have their own. */
function unknownFormat(sample: readonly Line[], options: LogOptions): readonly RawFact[] {
  const count = textsOf(sample).length;
  const facts: RawFact[] = [];
  for (const line of sample) {
    if ('fault' in line) {
      facts.push(line);
      continue;
    }
    const reason = explainedByNearest(line.text, options.formats);
    if (line.isUnended === true) {
      options.onUnfinished({ line: line.line, reason });
    } else {
      const others = count === 1 ? '' : `. The first ${count} lines are alike`;
      const hint = options.looksLike(line.text, options.formats);
      const fault = thenSentence(`${reason}${hint}${others}`, 'Reading stopped here');
      facts.push({ line: line.line, fault, endsReading: true });
    }
    break;
  }
  return facts;
}

function explainedByNearest(text: string, formats: readonly LogFormat[]): string {
  const nearest = nearestFormat(formats, text);
  const reason = explained(text, nearest);
  return formats.length === 1 ? reason : `no known format; as ${nearest.name}, ${reason}`;
}

/** Returns the format that reads the longest part of the line. An object is a line of a JSON log. */
function nearestFormat(formats: readonly LogFormat[], text: string): LogFormat {
  const carried = carriedLines(text)[0]?.text ?? text;
  if (carried.startsWith('{') && formats.includes(jsonLog)) return jsonLog;
  return formats.reduce((nearest, format) =>
    explainLine(format, text).column > explainLine(nearest, text).column ? format : nearest,
  );
}
