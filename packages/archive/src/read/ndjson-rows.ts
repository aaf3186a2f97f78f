/**
 * The lines of one part as they come, without their line ends.
 * @throws Error when the last one has none: it is not whole then.
 */
export async function* ndjsonRows(part: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let begun = '';
  for await (const chunk of part) {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n');
    // Not searched again: what a damaged part unpacks to may have no line end for a long time.
    if (end === -1) {
      begun += text;
      continue;
    }
    const lines = (begun + text.slice(0, end)).split('\n');
    begun = text.slice(end + 1);
    yield lines;
  }
  begun += decoder.decode();
  if (begun !== '') throw new Error('the last row of a part has no end');
}
