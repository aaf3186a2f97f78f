/**
 * Yields batches of a part's lines, without their line ends.
 * @throws Error when the last line is cut off
 */
export async function* ndjsonRows(part: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let partial = '';
  for await (const chunk of part) {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n');
    // Only the new text is searched: a damaged part may unpack to gigabytes without a line end.
    if (end === -1) {
      partial += text;
      continue;
    }
    const lines = (partial + text.slice(0, end)).split('\n');
    partial = text.slice(end + 1);
    yield lines;
  }
  partial += decoder.decode();
  if (partial !== '') throw new Error('the last row of a part has no line end');
}
