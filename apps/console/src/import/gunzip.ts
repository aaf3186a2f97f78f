import { Inflate } from 'pako';

/** At most a thousandfold of it is unpacked at a time. */
const inputBytes = 16 * 1024;

/**
 * Unpacks gzip of any number of members, as rotated logs are often appended to one another.
 * DecompressionStream of browsers takes a second member for damage.
 * @throws an Error for damaged or incomplete content.
 */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let member = new Member();
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += inputBytes) {
      // The last piece ended with its member.
      if (member.hasEnded) member = new Member();
      yield* member.unpack(chunk.subarray(start, start + inputBytes));
    }
  }
  if (!member.hasEnded) throw new Error('the content ends before its last member does');
}

/** A member, with those that begin within the same piece as it ends. */
class Member {
  private readonly inflate = new Inflate();
  private unpacked: Uint8Array[] = [];

  constructor() {
    this.inflate.onData = (bytes) => {
      if (typeof bytes !== 'string') this.unpacked.push(bytes);
    };
  }

  get hasEnded(): boolean {
    return this.inflate.ended;
  }

  unpack(piece: Uint8Array): readonly Uint8Array[] {
    this.inflate.push(piece, false);
    if (this.inflate.err !== 0) throw new Error(this.inflate.msg);
    const { unpacked } = this;
    this.unpacked = [];
    return unpacked;
  }
}
