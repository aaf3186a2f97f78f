/**
 * Names of the fields that have a value in the whole lines of `head`, the first part of a body. What is no JSON object
 * is passed over here: whoever reads the body finds it.
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
