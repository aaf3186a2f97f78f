import type { NdjsonFacts, SegmentEncoder } from './ports.ts';
import type { SegmentFile } from '../segments/ports.ts';

/** What all files of a body have in common. */
export type ConvertedBody = Omit<NdjsonFacts, 'bodyPath'>;

/** Turns the files of a body into segments, one after the other while they come in. */
export class BodyConversion {
  private readonly encoder: SegmentEncoder;
  private readonly body: ConvertedBody;
  private readonly segments: SegmentFile[] = [];
  private declined = false;
  private turn: Promise<void> = Promise.resolve();

  constructor(encoder: SegmentEncoder, body: ConvertedBody) {
    this.encoder = encoder;
    this.body = body;
  }

  add(bodyPath: string): void {
    this.turn = this.turn.then(() => this.convert(bodyPath));
    // Whoever waits for the end is told.
    this.turn.catch(() => {});
  }

  /** The segments of all files. `declined`: some file has to be read row by row. Throws what a conversion throws. */
  async end(): Promise<readonly SegmentFile[] | 'declined'> {
    await this.turn;
    return this.declined ? 'declined' : this.segments;
  }

  /** Once this has ended, nobody uses the files any longer. */
  async settle(): Promise<void> {
    await this.turn.catch(() => {});
  }

  private async convert(bodyPath: string): Promise<void> {
    if (this.declined) return;
    const segment = await this.encoder.encode({ ...this.body, bodyPath });
    if (segment === 'declined') this.declined = true;
    else this.segments.push(segment);
  }
}
