import type { QueryConfig } from 'pg';

/**
 * A statement or a fragment of one, with its parameters. `pg` accepts it as a query configuration.
 */
export class Sql {
  readonly values: unknown[];
  /** The text around the parameters: one more than `values`. */
  readonly texts: readonly string[];

  constructor(texts: readonly string[], values: unknown[]) {
    this.texts = texts;
    this.values = values;
  }

  get text(): string {
    return this.texts.reduce((before, text, index) => `${before}$${index}${text}`);
  }
}

/** Makes a parameter of each value; fragments are inlined with their own parameters. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  const [first = '', ...others] = strings;
  const texts = [first];
  const values: unknown[] = [];
  const append = (text: string) => texts.push(`${texts.pop() ?? ''}${text}`);
  for (const [index, part] of parts.entries()) {
    if (part instanceof Sql) {
      const [head = '', ...tail] = part.texts;
      append(head);
      texts.push(...tail);
      values.push(...part.values);
    } else {
      values.push(part);
      texts.push('');
    }
    append(others[index] ?? '');
  }
  return new Sql(texts, values);
}

/**
 * Names a statement, so that each connection parses it once, and plans it once if the plan suits every value. The name
 * belongs to one text.
 */
export function prepared(name: string, { text, values }: Sql): QueryConfig {
  return { name, text, values };
}

/** Joins at least one fragment with `separator`. */
export function joinSql(fragments: readonly Sql[], separator: string): Sql {
  const [first = sql``, ...others] = fragments;
  const between = new Sql([separator], []);
  return others.reduce((joined, fragment) => sql`${joined}${between}${fragment}`, first);
}
