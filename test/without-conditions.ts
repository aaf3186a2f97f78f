/** A condition by which the API restricts a statement to a tenant, and the text that takes its place. */
interface Condition {
  readonly name: string;
  readonly pattern: RegExp;
  /** Always true. Keeps the parameters, so that their numbers and types stay the same. */
  readonly replacement: string;
}

const prismaName = String.raw`(?= AND \("?\w*"?\.?"id" IS NOT NULL|\)| AND "public"\."organizations")`;
const column = (name: string) => String.raw`(?:"?\w+"?\.)*"?${name}"?`;

const conditions: readonly Condition[] = [
  {
    name: 'environment_id = $',
    pattern: new RegExp(String.raw`${column('environment_id')} = (\$\d+)(?:::integer)?`, 'g'),
    replacement: '($1::integer is null or true)',
  },
  {
    name: 'organization_id = $',
    pattern: new RegExp(String.raw`${column('organization_id')} = (\$\d+)(?:::integer)?`, 'g'),
    replacement: '($1::integer is null or true)',
  },
  {
    name: 'environments.id = $',
    pattern: /\be\.id = (\$\d+)|(?<=from environments e where )id = (\$\d+)/g,
    replacement: '($1$2::integer is null or true)',
  },
  {
    name: 'environment_id = setting',
    pattern: /"environment_id" = current_setting\('hourglass\.environment_id'\)::integer/g,
    replacement: 'true',
  },
  {
    name: 'organizations.name = $',
    pattern: /\b(?:o\.|organizations\.)name = (\$\d+)|(?<=from organizations where )name = (\$\d+)/g,
    replacement: '($1$2::text is null or true)',
  },
  {
    name: 'environments.name = $',
    pattern: /\be\.name = (\$\d+)/g,
    replacement: '($1::text is null or true)',
  },
  { name: 'poll: organization', pattern: /o\.name = asked\.organization/g, replacement: 'true' },
  {
    name: 'poll: environment',
    pattern: /e\.name = coalesce\(asked\.environment, e\.name\)/g,
    replacement: 'true',
  },
  {
    name: 'Prisma: organizations.name = $',
    pattern: new RegExp(
      String.raw`"(?:public|j\d+)"\.(?:"organizations"\.)?"name" = (\$\d+)${prismaName}`,
      'g',
    ),
    replacement: '($1::text is null or true)',
  },
  {
    name: 'Prisma: environments.id = $',
    pattern: /"public"\."environments"\."id" = (\$\d+)(?= AND 1=1)/g,
    replacement: '($1::integer is null or true)',
  },
];

export const conditionNames = conditions.map(({ name }) => name);

/** Removes the conditions from statements and keeps account of them. */
export class ConditionRemover {
  /** Statements that lost a condition, by its name. */
  readonly removed = new Map<string, Set<string>>();

  remove(sql: string): string {
    return conditions.reduce((text, { name, pattern, replacement }) => {
      const without = text.replaceAll(pattern, replacement);
      if (without !== text) {
        const statements = this.removed.get(name) ?? new Set();
        this.removed.set(name, statements.add(sql));
      }
      return without;
    }, sql);
  }
}
