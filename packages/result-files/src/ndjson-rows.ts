/**
 * The lines of one part as they come, without their line ends.
 * @throws Error when the last one has none: it is not whole then.
 */
export async function* ndjsonRows(part: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let begun = '';
  for await (const chunk of part) {
    const lines = (begun + decoder.decode(chunk, { stream: true })).split('\n');
    begun = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  begun += decoder.decode();
  if (begun !== '') throw new Error('the last row of a part has no end');
}
