import { describe, expect, test } from 'vitest';
import { currentEntry, navigationOf, pathInEnvironment } from '../src/parts/navigation-entries.ts';

const reader = { email: 'r@example.com', organization: 'acme', role: 'member', scopes: ['read'] } as const;
const author = { ...reader, scopes: ['read' as const, 'submit' as const] };
const hrefs = (session: { scopes: ('read' | 'submit' | 'ingest' | 'admin')[] }) =>
  navigationOf('prod', session).flatMap(({ entries }) => entries.map(({ href }) => href));

describe('the navigation', () => {
  test('leaves out what the session may not do', () => {
    expect(hrefs({ scopes: ['read'] })).toContain('/env/prod/queries');
    expect(hrefs({ scopes: ['read'] })).not.toContain('/env/prod/reports/new');
    expect(hrefs({ scopes: ['read', 'submit'] })).toContain('/env/prod/reports/new');
    expect(hrefs({ scopes: ['read', 'submit', 'ingest'] })).not.toContain('/env/prod/administration');
    expect(hrefs({ scopes: ['read'] })).toContain('/env/prod/usage');
    expect(hrefs({ scopes: ['submit', 'ingest'] })).not.toContain('/env/prod/usage');
    expect(hrefs({ scopes: ['admin'] })).toContain('/env/prod/administration');
  });

  test('marks the page, or the nearest one above it', () => {
    const groups = navigationOf('a b', { scopes: ['read', 'submit'] });
    expect(currentEntry('/env/a%20b/queries/1', groups)?.href).toBe('/env/a%20b/queries');
    expect(currentEntry('/env/a%20b/reports/new', groups)?.href).toBe('/env/a%20b/reports/new');
    expect(currentEntry('/env/a%20b/queriesx', groups)).toBeNull();
  });

  test('keeps the page when the environment changes, and shows the list instead of one query', () => {
    const session = { ...author, scopes: [...author.scopes] };
    expect(pathInEnvironment('/env/a%20b/reports/new', 'test', session)).toBe('/env/test/reports/new');
    expect(pathInEnvironment('/env/prod/queries/1', 'test', session)).toBe('/env/test/queries');
    expect(pathInEnvironment('/env/prod/nowhere', 'test', session)).toBe('/env/test/queries');
  });
});
