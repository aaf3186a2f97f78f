import { isUtf8 } from 'node:buffer';
import { quoted, thenSentence } from '@hourglass/contract/messages';
import type { ColumnType, IngestTarget, UndeclaredFields } from '@hourglass/query/catalogue';
import { CsvError, parse } from 'csv-parse';
import type { Parser } from 'csv-parse';
import { skipByteOrderMark } from './byte-order-mark.ts';
import { maxLineBytes } from './lines.ts';
import type { RawFact } from './raw-fact.ts';
import { cellReaders } from './cell-readers.ts';
import { rowShapeOf, type RowShape } from './row-shape.ts';

export interface CsvOptions {
  /** A dataset includes the environment's custom fields. */
  readonly target: IngestTarget;
  /** Whether an undeclared column is a fault (the default) or read as text. */
  readonly undeclaredFields?: UndeclaredFields;
  /** One character. Default: a comma. */
  readonly separator?: string | undefined;
}

/**
 * Reads CSV with a header. An empty cell is null, and its column is left out of the row; a quoted
 * empty cell is empty text. Cells are converted by the type of their column. An invalid header or a
 * misplaced quote ends the reading with one fault, because the rows after it cannot be identified.
 */
export async function* readCsv(chunks: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<RawFact> {
  const reader = new CsvReader(options);
  try {
    for await (const chunk of skipByteOrderMark(chunks)) {
      await reader.write(chunk);
      yield* reader.takeFacts();
      if (reader.ended) return;
    }
    await reader.end();
    yield* reader.takeFacts();
  } finally {
    reader.close();
  }
}

/** Stands for `""`, because the parser returns empty text for an empty cell too. */
const quotedEmpty = Symbol('quoted empty cell');
type Cell = string | typeof quotedEmpty;

interface Column {
  readonly name: string;
  readonly read: (cell: string) => unknown;
}

const quote = 0x22;
/** The parser may hold back some bytes until it has seen the next ones. */
const parserLookAheadBytes = 64;
/** Messages by the library's error codes. Its own messages count lines differently. */
const quoteFaults: ReadonlyMap<string, string> = new Map([
  ['CSV_INVALID_CLOSING_QUOTE', 'a quote inside a quoted cell; expected two quotes there'],
  ['INVALID_OPENING_QUOTE', 'a quote in a cell without quotes; expected the cell in quotes'],
  ['CSV_QUOTE_NOT_CLOSED', 'a quoted cell is not closed; expected a quote at its end'],
  [
    'CSV_MAX_RECORD_SIZE',
    `the row is too long or a quoted cell is not closed; expected at most ${maxLineBytes} bytes`,
  ],
]);

class CsvReader {
  /** Whether a fault has ended the reading. */
  ended = false;
  private readonly ignoresUndeclared: boolean;
  private readonly shape: RowShape;
  private readonly parser: Parser;
  private facts: RawFact[] = [];
  private columns: readonly Column[] | null = null;
  /**
   * The line after the last record. Counted here, because the library counts a `\r\n` in a cell
   * twice.
   */
  private nextLine = 1;
  private emptyLines = 0;
  private bytesWritten = 0;
  private lastByte = 0;
  private castUntilByte = 0;

  constructor({ target, undeclaredFields, separator = ',' }: CsvOptions) {
    this.ignoresUndeclared = undeclaredFields === 'ignore';
    this.shape = rowShapeOf(target);
    this.parser = parse({
      delimiter: separator,
      record_delimiter: ['\r\n', '\n'],
      // One character per byte, so that a cell that is not UTF-8 can be detected and reported with
      // its row.
      encoding: 'latin1',
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxLineBytes,
      cast: (cell, context) => (cell === '' && context.quoting ? quotedEmpty : cell),
      on_record: (record, context) => {
        this.addRecord(record, context.empty_lines);
        // Records are read here and not from the stream, so that they stay in order with the
        // faults.
        return null;
      },
    });
    // The callback of the failed write receives the error too.
    this.parser.on('error', () => {});
  }

  write(chunk: Buffer): Promise<void> {
    this.parser.options.cast = this.mayEndQuotedEmpty(chunk);
    return new Promise((resolve, reject) => {
      this.parser.write(chunk, (error) => {
        this.settle(error, resolve, reject);
      });
    });
  }

  /**
   * Whether a quoted empty cell may end in the chunk. `cast` is only used then, because it makes
   * the parser about ten times slower.
   */
  private mayEndQuotedEmpty(chunk: Buffer): boolean {
    const startByte = this.bytesWritten;
    this.bytesWritten += chunk.length;
    if (chunk.includes('""') || (this.lastByte === quote && chunk[0] === quote)) {
      this.castUntilByte = this.bytesWritten + parserLookAheadBytes;
    }
    this.lastByte = chunk.at(-1) ?? this.lastByte;
    return startByte < this.castUntilByte;
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.parser.end((error?: Error | null) => {
        this.settle(error, resolve, reject);
      });
    });
  }

  takeFacts(): readonly RawFact[] {
    const taken = this.facts;
    this.facts = [];
    return taken;
  }

  close(): void {
    this.parser.destroy();
  }

  private settle(error: Error | null | undefined, resolve: () => void, reject: (e: Error) => void): void {
    if (error instanceof CsvError) {
      const reason = quoteFaults.get(error.code) ?? error.message;
      this.refuse(this.startOfRecord(this.parser.info.empty_lines), reason);
      resolve();
    } else if (error) {
      reject(error);
    } else {
      resolve();
    }
  }

  private refuse(line: number, reason: string): void {
    if (this.ended) return;
    this.facts.push({ line, fault: thenSentence(reason, 'Reading stopped here'), endsReading: true });
    this.ended = true;
  }

  private startOfRecord(emptyLines: number): number {
    return this.nextLine + emptyLines - this.emptyLines;
  }

  private addRecord(record: readonly Cell[], emptyLines: number): void {
    const line = this.startOfRecord(emptyLines);
    this.emptyLines = emptyLines;
    this.nextLine = line + 1;
    const cells: (string | null)[] = [];
    let isUnreadable = false;
    for (const cell of record) {
      if (typeof cell !== 'string' || cell === '') {
        cells.push(cell === quotedEmpty ? '' : null);
        continue;
      }
      if (cell.includes('\n')) this.nextLine += cell.split('\n').length - 1;
      const text = decode(cell);
      isUnreadable ||= text === null;
      cells.push(text);
    }
    if (this.ended) return;
    if (isUnreadable) {
      this.facts.push({ line, fault: 'the row is not valid UTF-8' });
    } else if (this.columns === null) {
      this.readHeader(cells, line);
    } else if (cells.length !== this.columns.length) {
      const fault = `cell count ${cells.length}; expected ${this.columns.length}, as in the header`;
      this.facts.push({ line, fault });
    } else {
      this.facts.push({ line, value: valueOf(cells, this.columns) });
    }
  }

  private readHeader(cells: readonly (string | null)[], line: number): void {
    const names = cells.map((cell) => (cell ?? '').trim());
    const columns: Column[] = [];
    for (const [index, name] of names.entries()) {
      const type = this.shape.types.get(name) ?? this.typeOfUndeclared(name);
      if (type === null) {
        const reason =
          name === '' ? `column ${index + 1} has no name; expected one` : this.shape.guide.explain(name);
        this.refuse(line, `invalid header: ${reason}${names.length === 1 ? separatorHint(name) : ''}`);
        return;
      }
      columns.push({ name, read: cellReaders[type] });
    }
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated !== undefined) {
      this.refuse(line, `invalid header: found ${quoted(repeated)} twice; expected each column once`);
    } else {
      const missing = this.shape.required.find((name) => !names.includes(name));
      if (missing !== undefined)
        this.refuse(line, `invalid header: no column ${quoted(missing)}; expected one`);
    }
    this.columns = columns;
  }

  /** Returns null if the column is a fault. The API ignores the values of undeclared fields. */
  private typeOfUndeclared(name: string): ColumnType | null {
    return this.ignoresUndeclared && name !== '' && !this.shape.guide.isDerived(name) ? 'text' : null;
  }
}

const otherSeparators: readonly (readonly [character: string, option: string])[] = [
  [';', "';'"],
  ['\t', "'\\t'"],
  ['|', "'|'"],
  [',', "','"],
];

/** Explains a header that is one long name because its separator is another one. */
function separatorHint(name: string): string {
  const found = otherSeparators.find(([character]) => name.includes(character));
  return found === undefined
    ? ''
    : `. If the columns are separated by ${found[1]}, use --separator ${found[1]}`;
}

/** Decodes bytes, one per character. Null if they are not UTF-8. */
function decode(cell: string): string | null {
  if (!/[\u0080-\u00ff]/.test(cell)) return cell;
  const bytes = Buffer.from(cell, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

function valueOf(cells: readonly (string | null)[], columns: readonly Column[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [index, { name, read }] of columns.entries()) {
    const cell = cells[index] ?? null;
    if (cell !== null) value[name] = read(cell);
  }
  return value;
}
