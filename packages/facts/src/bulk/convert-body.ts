import type { NdjsonFacts, SegmentEncoder } from './segment-encoder.ts';
import type { SegmentFile } from '../segments/segment.ts';

/** The properties that all files of a body share. */
export type ConvertedBody = Omit<NdjsonFacts, 'bodyPath'>;

/**
 * Converts files of a body to segments while the next ones are received. The encoder limits its own
 * concurrency.
 */
export class BodyConversion {
  private readonly encoder: SegmentEncoder;
  private readonly body: ConvertedBody;
  private readonly conversions: Promise<SegmentFile | 'declined'>[] = [];
  private isDeclined = false;

  constructor(encoder: SegmentEncoder, body: ConvertedBody) {
    this.encoder = encoder;
    this.body = body;
  }

  add(bodyPath: string): void {
    if (this.isDeclined) return;
    const conversion = this.encode(bodyPath);
    this.conversions.push(conversion);
    conversion.then(
      (segment) => (this.isDeclined ||= segment === 'declined'),
      // `end` reports the error.
      () => {},
    );
  }

  /**
   * Returns the segments of all files, or `declined` when the body has to be read row by row.
   * Throws the signal's reason.
   */
  async end(): Promise<readonly SegmentFile[] | 'declined'> {
    const segments: SegmentFile[] = [];
    for (const segment of await Promise.all(this.conversions)) {
      if (segment === 'declined') return segment;
      segments.push(segment);
    }
    return segments;
  }

  /** Waits until the files are no longer in use. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.conversions);
  }

  /**
   * Declines a file that cannot be converted for lack of memory or disk: it can still be read row
   * by row.
   */
  private async encode(bodyPath: string): Promise<SegmentFile | 'declined'> {
    // Each file has its own signal: a body may have more files than one signal should have
    // listeners.
    const signal = AbortSignal.any([this.body.signal]);
    try {
      return await this.encoder.encode({ ...this.body, bodyPath, signal });
    } catch {
      this.body.signal.throwIfAborted();
      return 'declined';
    }
  }
}
