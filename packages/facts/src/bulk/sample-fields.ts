/**
 * Returns the names of fields with a value in the whole lines of `head`, the beginning of a body.
 * Skips lines that are not JSON objects; the conversion declines them.
 */
export function sampleFields(head: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of head.slice(0, head.lastIndexOf('\n') + 1).split('\n')) {
    for (const [name, value] of Object.entries(objectOf(line))) if (value !== null) names.add(name);
  }
  return names;
}

function objectOf(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
