import type { RowFault } from '../formats/raw-fact.ts';
import type { SegmentFile } from '../segments/segment.ts';
import type { NdjsonFacts, SegmentEncoder } from './segment-encoder.ts';

export interface BodyConversionOptions {
  readonly encoder: SegmentEncoder;
  /** The properties that all files of the body share. */
  readonly body: Omit<NdjsonFacts, 'bodyPath' | 'batchSeq' | 'signal'>;
  readonly signal: AbortSignal;
  /** Reserves the batch's number; null if nothing should be converted. Called at most once. */
  readonly reserveBatch: () => Promise<string | null>;
  /** Checks the rows of the last of these files, which the encoder declined. */
  readonly findFaults: (files: readonly string[]) => Promise<readonly RowFault[]>;
}

/** All files of a body as segments. */
export interface ConvertedBody {
  readonly batchSeq: string;
  readonly segments: readonly SegmentFile[];
}

/**
 * Converts files of a body to segments while the next ones are received. The encoder limits its own
 * concurrency.
 */
export class BodyConversion {
  /** Faults of the first file that the encoder declined. Null: no such file, or it has none. */
  refusal: readonly RowFault[] | null = null;
  private readonly options: BodyConversionOptions;
  private readonly stopping = new AbortController();
  private readonly signal: AbortSignal;
  private readonly files: string[] = [];
  private readonly conversions: Promise<SegmentFile | 'declined'>[] = [];
  private batchSeq: Promise<string | null> | null = null;
  private isDeclined = false;
  /** Waits for each conversion in the order of the files. */
  private checked: Promise<void> = Promise.resolve();

  constructor(options: BodyConversionOptions) {
    this.options = options;
    this.signal = AbortSignal.any([options.signal, this.stopping.signal]);
  }

  add(bodyPath: string): void {
    if (this.isDeclined) return;
    this.files.push(bodyPath);
    const files = this.files.slice();
    const conversion = this.encode(bodyPath);
    this.conversions.push(conversion);
    this.checked = this.checked.then(() => this.checkDeclined(conversion, files));
    // `end` throws the errors.
    conversion.catch(() => {});
    this.checked.catch(() => {});
  }

  /**
   * Returns the segments of all files, or `declined` when the body has to be read row by row or is
   * refused. Throws the signal's reason.
   */
  async end(): Promise<ConvertedBody | 'declined'> {
    await this.checked;
    const batchSeq = await this.batchSeq;
    const segments: SegmentFile[] = [];
    for (const segment of await Promise.all(this.conversions)) {
      if (segment === 'declined') return segment;
      segments.push(segment);
    }
    return batchSeq === null ? 'declined' : { batchSeq, segments };
  }

  /** Interrupts conversions, and waits until the files are no longer in use. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled([...this.conversions, this.checked]);
  }

  private async checkDeclined(
    conversion: Promise<SegmentFile | 'declined'>,
    files: readonly string[],
  ): Promise<void> {
    if (this.isDeclined || (await conversion) !== 'declined') return;
    this.isDeclined = true;
    // A batch that was accepted before is not refused.
    if ((await this.batchSeq) === null) return;
    const faults = await this.options.findFaults(files);
    if (faults.length > 0) this.refusal = faults;
  }

  /**
   * Declines a file that cannot be converted for lack of memory or disk: it can still be read row
   * by row.
   */
  private async encode(bodyPath: string): Promise<SegmentFile | 'declined'> {
    this.batchSeq ??= this.options.reserveBatch();
    const batchSeq = await this.batchSeq;
    if (batchSeq === null) return 'declined';
    // Each file has its own signal: a body may have more files than one signal should have
    // listeners.
    const signal = AbortSignal.any([this.signal]);
    try {
      return await this.options.encoder.encode({ ...this.options.body, batchSeq, bodyPath, signal });
    } catch {
      this.signal.throwIfAborted();
      return 'declined';
    }
  }
}
