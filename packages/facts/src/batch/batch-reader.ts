import type { RowChecker } from '../check/check-fact.ts';
import { parseNdjsonLine } from '../formats/ndjson.ts';
import { splitLines } from '../formats/lines.ts';
import type { Line } from '../formats/lines.ts';
import type { EncodedRow } from './fact-store.ts';
import type { RowFault } from '../formats/raw-fact.ts';

export const maxReportedFaults = 100;
const maxGroupFacts = 1000;
const maxGroupChars = 1024 * 1024;

/** Receives valid rows in groups. */
export interface RowSink {
  write(rows: readonly EncodedRow[]): Promise<void> | void;
}

export interface BatchReaderOptions {
  readonly check: RowChecker;
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
  private readonly check: RowChecker;
  private readonly refuseAll: boolean;
  private readonly linesBefore: number;
  private sink: RowSink | null;
  private group: EncodedRow[] = [];
  private groupChars = 0;

  constructor({ check, refuseAll, sink, linesBefore = 0 }: BatchReaderOptions) {
    this.check = check;
    this.refuseAll = refuseAll;
    this.sink = sink;
    this.linesBefore = linesBefore;
  }

  /**
   * Reads until the body ends, `isEnough` returns true, or a refused batch has all faults that are
   * reported.
   */
  async read(body: AsyncIterable<Buffer>, isEnough: () => boolean = () => false): Promise<void> {
    for await (const lines of splitLines(body)) {
      if (isEnough()) return;
      for (const line of lines) {
        this.readLine(line);
        if (this.isRefused && this.faults.length >= maxReportedFaults) return;
        if (this.group.length >= maxGroupFacts || this.groupChars >= maxGroupChars) await this.writeGroup();
      }
    }
    await this.writeGroup();
  }

  private readLine(line: Line): void {
    this.rows += 1;
    const raw = parseNdjsonLine(line);
    if ('fault' in raw) {
      this.reject([{ line: raw.line, field: raw.field ?? '', message: raw.fault }]);
      return;
    }
    const checked = this.check(raw);
    if ('faults' in checked) {
      this.reject(checked.faults);
      return;
    }
    this.accepted += 1;
    if (this.sink === null) return;
    this.group.push(checked);
    this.groupChars += 'text' in line ? line.text.length : 0;
  }

  private reject(faults: readonly RowFault[]): void {
    for (const fault of faults.slice(0, maxReportedFaults - this.faults.length)) {
      this.faults.push({ ...fault, line: this.linesBefore + fault.line });
    }
    if (!this.refuseAll) return;
    this.isRefused = true;
    this.sink = null;
    this.group = [];
  }

  private async writeGroup(): Promise<void> {
    const group = this.group;
    this.group = [];
    this.groupChars = 0;
    if (group.length > 0) await this.sink?.write(group);
  }
}
