/**
 * A row names an object outside of the prefix of its environment. The object is not opened: the row
 * is damaged, or a bug has written it.
 */
export class ForeignObject extends Error {
  constructor(key: string, prefixes: readonly string[]) {
    const expected = prefixes.map((prefix) => `"${prefix}"`).join(' or ');
    super(`object key: "${key}" belongs to another environment; expected one below ${expected}`);
    this.name = 'ForeignObject';
  }
}

/** @throws ForeignObject unless the key begins with one of `prefixes` */
export function assertKeyBelow(key: string, ...prefixes: readonly string[]): void {
  if (!prefixes.some((prefix) => key.startsWith(prefix))) throw new ForeignObject(key, prefixes);
}
