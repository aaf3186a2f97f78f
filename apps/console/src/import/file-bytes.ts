import { gunzip } from './gunzip.ts';

/** Kinds of content that are no text, by their first bytes. */
const packedKinds: readonly (readonly [magic: readonly number[], kind: string])[] = [
  [[0x28, 0xb5, 0x2f, 0xfd], 'Zstandard'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'xz'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0x50, 0x4b, 3, 4], 'ZIP'],
  [[0x50, 0x41, 0x52, 0x31], 'Parquet'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
];
const gzip = [0x1f, 0x8b];
const headBytes = 6;

/** The content is neither text nor gzip. */
export class UnreadableFile extends Error {
  readonly kind: string;

  constructor(kind: string, options?: ErrorOptions) {
    super(`${kind}; expected text or gzip`, options);
    this.name = 'UnreadableFile';
    this.kind = kind;
  }
}

/**
 * Yields the bytes of a file, without gzip. Holds one chunk.
 * @param onRead receives the number of bytes of the file that were read
 * @throws UnreadableFile
 */
export async function* fileBytes(file: Blob, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
  const packed = packedKinds.find(([magic]) => startsWith(head, magic));
  if (packed !== undefined) throw new UnreadableFile(packed[1]);
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        onRead(chunk.length);
        controller.enqueue(chunk);
      },
    }),
  );
  if (!startsWith(head, gzip)) {
    yield* chunksOf(counted);
    return;
  }
  try {
    yield* gunzip(chunksOf(counted));
  } catch (error) {
    // A file that can no longer be read is another failure.
    if (error instanceof DOMException) throw error;
    throw new UnreadableFile('damaged gzip', { cause: error });
  }
}

/** Streams of some browsers are not iterable. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}
