/** Returns the number with its noun, such as `1 fact` or `2 facts`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
