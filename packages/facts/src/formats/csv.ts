import { quoted, thenSentence } from '@hourglass/contract/messages';
import type { ColumnType, IngestTarget, UndeclaredFields } from '@hourglass/query/catalogue';
import { skipByteOrderMark } from './byte-order-mark.ts';
import { bytesOfBinary, decodeUtf8 } from './bytes.ts';
import { cellReaders } from './cell-readers.ts';
import { CsvSplitter, type CsvFault, type CsvRecord } from './csv-records.ts';
import type { RawFact } from './raw-fact.ts';
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
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<readonly RawFact[]> {
  const splitter = new CsvSplitter(options.separator ?? ',');
  const reader = new CsvReader(options);
  for await (const chunk of skipByteOrderMark(chunks)) {
    yield reader.read(splitter.push(chunk));
    if (reader.ended) return;
  }
  yield reader.read(splitter.end());
}

interface Column {
  readonly name: string;
  readonly read: (cell: string) => unknown;
}

class CsvReader {
  /** Whether a fault has ended the reading. */
  ended = false;
  private readonly ignoresUndeclared: boolean;
  private readonly shape: RowShape;
  private facts: RawFact[] = [];
  private columns: readonly Column[] | null = null;

  constructor({ target, undeclaredFields }: CsvOptions) {
    this.ignoresUndeclared = undeclaredFields === 'ignore';
    this.shape = rowShapeOf(target);
  }

  read(records: readonly (CsvRecord | CsvFault)[]): readonly RawFact[] {
    this.facts = [];
    for (const record of records) {
      if (this.ended) break;
      if ('fault' in record) this.refuse(record.line, record.fault);
      else this.addRecord(record);
    }
    return this.facts;
  }

  private refuse(line: number, reason: string): void {
    if (this.ended) return;
    this.facts.push({ line, fault: thenSentence(reason, 'Reading stopped here'), endsReading: true });
    this.ended = true;
  }

  private addRecord({ line, cells: binary }: CsvRecord): void {
    const cells: (string | null)[] = [];
    for (const cell of binary) {
      const text = cell === null ? null : decode(cell);
      if (cell !== null && text === null) {
        this.facts.push({ line, fault: 'the row is not valid UTF-8' });
        return;
      }
      cells.push(text);
    }
    if (this.columns === null) {
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
  return decodeUtf8(bytesOfBinary(cell));
}

function valueOf(cells: readonly (string | null)[], columns: readonly Column[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [index, { name, read }] of columns.entries()) {
    const cell = cells[index] ?? null;
    if (cell !== null) value[name] = read(cell);
  }
  return value;
}
