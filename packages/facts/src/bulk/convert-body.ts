import type { NdjsonFacts, SegmentEncoder } from './segment-encoder.ts';
import type { SegmentFile } from '../segments/segment.ts';

/** What all files of a body have in common. */
export type ConvertedBody = Omit<NdjsonFacts, 'bodyPath'>;

/** Turns the files of a body into segments while others come in; how many at a time is the encoder's affair. */
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
      // Whoever waits for the end is told.
      () => {},
    );
  }

  /** The segments of all files. `declined`: some file has to be read row by row. Throws the signal's reason. */
  async end(): Promise<readonly SegmentFile[] | 'declined'> {
    const segments: SegmentFile[] = [];
    for (const segment of await Promise.all(this.conversions)) {
      if (segment === 'declined') return segment;
      segments.push(segment);
    }
    return segments;
  }

  /** Once this has ended, nobody uses the files any longer. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.conversions);
  }

  /** What cannot be converted, for want of memory or disk, can still be read row by row. */
  private async encode(bodyPath: string): Promise<SegmentFile | 'declined'> {
    // One signal for each: a body may have more files than a signal should have listeners.
    const signal = AbortSignal.any([this.body.signal]);
    try {
      return await this.encoder.encode({ ...this.body, bodyPath, signal });
    } catch {
      this.body.signal.throwIfAborted();
      return 'declined';
    }
  }
}
