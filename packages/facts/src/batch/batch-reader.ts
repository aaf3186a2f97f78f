import type { RowChecker } from '../check/check-fact.ts';
import { parseNdjsonLine } from '../formats/ndjson.ts';
import { splitLines } from '../formats/lines.ts';
import type { Line } from '../formats/lines.ts';
import type { BatchWriter, EncodedRow } from './fact-store.ts';
import type { RowFault } from '../formats/raw-fact.ts';

export const maxReportedFaults = 100;
const maxGroupFacts = 1000;
const maxGroupChars = 1024 * 1024;

/** Reads a body once, checks its rows and writes the valid ones in groups. */
export class BatchReader {
  rows = 0;
  accepted = 0;
  /** The first `maxReportedFaults` faults. */
  readonly faults: RowFault[] = [];
  /** Whether a faulty row has refused the batch. Its transaction is rolled back by then. */
  isRefused = false;
  private readonly check: RowChecker;
  private readonly refuseAll: boolean;
  /** Null when there is nothing to write: the batch was accepted before, or is refused. */
  private writer: BatchWriter | null;
  private group: EncodedRow[] = [];
  private groupChars = 0;

  constructor(options: { check: RowChecker; refuseAll: boolean; writer: BatchWriter | null }) {
    this.check = options.check;
    this.refuseAll = options.refuseAll;
    this.writer = options.writer;
  }

  async read(body: AsyncIterable<Buffer>): Promise<void> {
    for await (const lines of splitLines(body)) {
      for (const line of lines) {
        this.readLine(line);
        if (this.isRefused) {
          await this.rollback();
          if (this.faults.length >= maxReportedFaults) return;
        } else if (this.group.length >= maxGroupFacts || this.groupChars >= maxGroupChars) {
          await this.writeGroup();
        }
      }
    }
    await this.writeGroup();
  }

  async rollback(): Promise<void> {
    const writer = this.writer;
    this.writer = null;
    this.group = [];
    await writer?.rollback();
  }

  /** Rolls back after an error. An error of the rollback must not replace the first one. */
  async rollbackQuietly(): Promise<void> {
    await this.rollback().catch(() => {});
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
    if (this.writer === null) return;
    this.group.push(checked);
    this.groupChars += 'text' in line ? line.text.length : 0;
  }

  private reject(faults: readonly RowFault[]): void {
    this.faults.push(...faults.slice(0, maxReportedFaults - this.faults.length));
    this.isRefused = this.refuseAll;
  }

  private async writeGroup(): Promise<void> {
    const group = this.group;
    this.group = [];
    this.groupChars = 0;
    if (group.length > 0) await this.writer?.write(group);
  }
}
