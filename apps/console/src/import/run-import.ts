import {
  formatOfFileName,
  makeNdjsonBatches,
  readFacts,
  type CsvOptions,
  type NdjsonBatch,
  type RawFact,
  type ReadFactsOptions,
  type RowFault,
} from '@hourglass/facts/formats';
import { readAhead } from './read-ahead.ts';
import { fileBytes, UnreadableFile } from './file-bytes.ts';
import { maxShownFaults, startState, type ImportRequest, type ImportState } from './import-state.ts';
import { sendBatch, type SendPorts } from './send-batch.ts';

export interface ImportPorts extends Omit<SendPorts, 'onWaiting' | 'pause'> {
  readonly csvOptions: (separator: string) => Promise<CsvOptions>;
  readonly onState: (state: ImportState) => void;
  /** Resolves when a person lets the import go on. */
  readonly resumed: () => Promise<void>;
}

/** As the command line has it, so that each continues what the other began. */
const batchRows = 50_000;

/**
 * Imports the files in batches, each stored whole and once. Reports the state after every change; the last one is
 * `done`, `refused` or `stopped`. Holds two batches, whatever the size of the files: one is sent while the next one is read.
 */
export async function runImport(request: ImportRequest, ports: ImportPorts): Promise<void> {
  const run = new Run(request, ports);
  for (const [index, file] of request.files.entries()) {
    run.change({ fileName: file.name, fileNumber: index + 1, format: null });
    try {
      await run.importFile(file);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      run.stop(error.kind);
    }
    if (run.state.phase !== 'running') return;
  }
  run.change({ phase: 'done' });
}

class Run {
  state: ImportState;
  private readonly request: ImportRequest;
  private readonly ports: ImportPorts;

  constructor(request: ImportRequest, ports: ImportPorts) {
    this.request = request;
    this.ports = ports;
    this.state = startState(request.files);
  }

  change(changed: Partial<ImportState>): void {
    this.state = { ...this.state, ...changed };
    this.ports.onState(this.state);
  }

  stop(kind: string): void {
    const problem = { status: 0, code: 'file', message: kind, requestId: null };
    this.change({ phase: 'stopped', problem });
  }

  async importFile(file: File): Promise<void> {
    const bytes = fileBytes(file, (read) => this.change({ readBytes: this.state.readBytes + read }));
    const facts = readFacts(bytes, await this.readingOf(file.name), {
      onFormat: (format) => this.change({ format }),
      onUnfinished: ({ line }) => this.change({ unfinished: { file: file.name, line } }),
    });
    // The next batch is read while one is sent, which is what an import waits for in turn.
    const batches = readAhead(makeNdjsonBatches(this.watchTimes(facts), { maxRows: batchRows }));
    for await (const batch of batches) {
      await this.importBatch(batch);
      if (this.state.phase !== 'running') return;
    }
  }

  private async importBatch(batch: NdjsonBatch): Promise<void> {
    const { onError } = this.request;
    if (batch.faults.length > 0) {
      this.addFaults(batch.faults);
      if (onError === 'refuse') {
        // The rest of the file could not be read without the bad line, either.
        const isUnreadable = batch.faults.every((fault) => fault === batch.readingEnd);
        this.change({ phase: isUnreadable ? 'stopped' : 'refused' });
        return;
      }
    }
    const unread = batch.faults.filter((fault) => fault !== batch.readingEnd).length;
    this.change({ rejected: this.state.rejected + unread });
    if (batch.body !== '') await this.send(batch);
    // Bad rows may be left out, but not the unread rest of a file.
    if (batch.readingEnd !== null && this.state.phase === 'running') this.change({ phase: 'stopped' });
  }

  private async send(batch: NdjsonBatch): Promise<void> {
    const { wait, fetch } = this.ports;
    const sent = await sendBatch(batch, this.request, {
      wait,
      fetch,
      onWaiting: (problem) => this.change({ phase: 'waiting', problem }),
      pause: async (problem) => {
        this.change({ phase: 'paused', problem });
        await this.ports.resumed();
        this.change({ phase: 'running', problem: null });
      },
    });
    const { accepted, repeated, rejected } = this.state;
    const going = { phase: 'running', problem: null } as const;
    if ('refused' in sent) {
      this.addFaults(sent.refused);
      // With `skip`, every row of the batch is bad.
      if (this.request.onError === 'skip')
        this.change({ ...going, rejected: rejected + batch.fileLines.length });
      else this.change({ phase: 'refused', problem: null });
      return;
    }
    this.addFaults(sent.faults);
    this.change({
      ...going,
      accepted: accepted + (sent.isRepeated ? 0 : sent.accepted),
      repeated: repeated + (sent.isRepeated ? sent.accepted : 0),
      rejected: rejected + sent.rejected,
    });
  }

  private addFaults(faults: readonly RowFault[]): void {
    const { faults: shown, fileName } = this.state;
    const added = faults
      .slice(0, maxShownFaults - shown.length)
      .map((fault) => ({ ...fault, file: fileName }));
    if (added.length > 0) this.change({ faults: [...shown, ...added] });
  }

  private async readingOf(name: string): Promise<ReadFactsOptions> {
    const { format: chosen, proxy, separator } = this.request;
    const format = chosen ?? formatOfFileName(name) ?? 'auto';
    if (format === 'ndjson') return { format };
    if (format === 'csv') return { format, ...(await this.ports.csvOptions(separator)) };
    return { format, proxy };
  }

  /** Keeps the first and the last time of the facts. */
  private async *watchTimes(chunks: AsyncIterable<readonly RawFact[]>): AsyncGenerator<readonly RawFact[]> {
    let { firstMs, lastMs } = this.state;
    for await (const facts of chunks) {
      for (const fact of facts) {
        const ms = 'value' in fact ? msOf(fact.value['timestamp']) : Number.NaN;
        if (Number.isNaN(ms)) continue;
        firstMs = Math.min(ms, firstMs ?? ms);
        lastMs = Math.max(ms, lastMs ?? ms);
      }
      this.state = { ...this.state, firstMs, lastMs };
      yield facts;
    }
  }
}

function msOf(timestamp: unknown): number {
  if (typeof timestamp === 'number') return timestamp;
  return typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
}
