import { isUtf8 } from 'node:buffer';
import type { PlainLineEncoder } from '../check/plain-facts.ts';
import type { RowFormat } from '../check/row-format.ts';
import { parseNdjsonLine } from '../formats/ndjson.ts';
import { decodeLine, endOfLine, splitBlocks, tooLong, type Line, type LineBlock } from '../formats/lines.ts';
import type { RowFault } from '../formats/raw-fact.ts';
import type { EncodedRows } from './fact-store.ts';
import { RowLines } from './row-lines.ts';

export const maxReportedFaults = 100;

/** Receives valid rows in groups. */
export interface RowSink {
  write(rows: EncodedRows): Promise<void> | void;
}

export interface BatchReaderOptions {
  readonly format: RowFormat;
  /** Whether a faulty row refuses the whole batch. */
  readonly refuseAll: boolean;
  /** Null: rows are only checked and counted. */
  readonly sink: RowSink | null;
  /** Number of lines before the body. Default: 0. */
  readonly linesBefore?: number;
}

/** Reads a body once, checks its rows and passes the valid ones on in groups. */
export class BatchReader {
  rows = 0;
  accepted = 0;
  /** The first `maxReportedFaults` faults. */
  readonly faults: RowFault[] = [];
  /** Whether a faulty row has refused the batch. Later rows are only checked. */
  isRefused = false;
  private readonly format: RowFormat;
  private readonly refuseAll: boolean;
  private readonly lines: RowLines;
  private readonly plain: PlainLineEncoder | null;
  private sink: RowSink | null;
  /** Number of the last line that was read. */
  private line: number;

  constructor({ format, refuseAll, sink, linesBefore = 0 }: BatchReaderOptions) {
    this.format = format;
    this.refuseAll = refuseAll;
    this.sink = sink;
    this.line = linesBefore;
    this.lines = new RowLines(format.cells);
    this.plain = format.createPlainEncoder(this.lines);
  }

  /** Bytes of the rows that were passed on. */
  get writtenBytes(): number {
    return this.lines.takenBytes;
  }

  /**
   * Reads until the body ends, `isEnough` returns true, or a refused batch has all faults that are
   * reported.
   */
  async read(body: AsyncIterable<Buffer>, isEnough: () => boolean = () => false): Promise<void> {
    for await (const blocks of splitBlocks(body)) {
      if (isEnough()) return;
      for (const block of blocks) {
        await this.readBlock(block);
        if (this.hasAllFaults()) return;
      }
    }
    await this.writeGroup();
  }

  private async readBlock(block: LineBlock): Promise<void> {
    if (block.bytes === null) {
      this.line += 1;
      this.readLine(tooLong(this.line));
      return;
    }
    const { buffer, byteOffset, length } = block.bytes;
    const bytes = Buffer.from(buffer, byteOffset, length);
    const plain = isUtf8(bytes) ? this.plain : null;
    for (let start = 0; start <= length && !this.hasAllFaults();) {
      this.line += 1;
      const next = plain === null ? -1 : plain.encodeLine(bytes, start);
      if (next < 0) {
        const end = endOfLine(bytes, start);
        const line = decodeLine(bytes.subarray(start, end), this.line);
        if (line !== null) this.readLine(line);
        start = end + 1;
      } else {
        this.rows += 1;
        this.accepted += 1;
        start = next;
      }
      if (this.lines.isFull) await this.writeGroup();
    }
  }

  private readLine(line: Line): void {
    this.rows += 1;
    const raw = parseNdjsonLine(line);
    if ('fault' in raw) {
      this.reject([{ line: raw.line, field: raw.field ?? '', message: raw.fault }]);
      return;
    }
    const checked = this.format.check(raw);
    if ('faults' in checked) {
      this.reject(checked.faults);
      return;
    }
    this.accepted += 1;
    this.lines.add(checked.cells);
  }

  private reject(faults: readonly RowFault[]): void {
    this.faults.push(...faults.slice(0, maxReportedFaults - this.faults.length));
    if (!this.refuseAll) return;
    this.isRefused = true;
    this.sink = null;
  }

  private hasAllFaults(): boolean {
    return this.isRefused && this.faults.length >= maxReportedFaults;
  }

  private async writeGroup(): Promise<void> {
    if (this.lines.rows === 0) return;
    const rows = this.lines.take();
    await this.sink?.write(rows);
  }
}
