/** Returns the number with its noun, such as `1 fact` or `2 facts`. */
export function counted(count: number | string, singular: string, plural = `${singular}s`): string {
  return `${count} ${String(count) === '1' ? singular : plural}`;
}
