import { describe, expect, test } from 'vitest';
import { auditFilterOf, detailsOf, withFilter } from '../src/pages/administration/audit-filter.ts';
import { grantableScopes, lifetimeSeconds, nextRoles, rolesOf } from '../src/pages/administration/roles.ts';

describe('roles', () => {
  test('are given up to the own one, and never the one that a user has', () => {
    expect(rolesOf('member')).toEqual(['member']);
    expect(rolesOf('operator')).toEqual(['member', 'administrator', 'operator']);
    expect(nextRoles('member', 'administrator')).toEqual(['administrator']);
    expect(nextRoles('administrator', 'administrator')).toEqual(['member']);
  });

  test('tokens get at most the scopes of the session, and a lifetime in seconds', () => {
    expect(grantableScopes({ scopes: ['ingest', 'read'] })).toEqual(['read', 'ingest']);
    expect([lifetimeSeconds('30'), lifetimeSeconds('never')]).toEqual([2_592_000, undefined]);
  });
});

describe('the filter of the audit log', () => {
  test('is what the URL has, with the last day included and unknown names ignored', () => {
    const search = new URLSearchParams('action= user.create &to=2026-12-31&from=2026-12-01&other=1&user=');
    expect(auditFilterOf(search)).toEqual({ action: 'user.create', from: '2026-12-01', to: '2027-01-01' });
  });

  test('leaves out empty values', () => {
    const search = withFilter(new URLSearchParams('user=a'), 'user', '');
    expect(withFilter(search, 'outcome', 'done').toString()).toBe('outcome=done');
  });

  test('details are text, a line each', () => {
    const details = { role: 'member', scopes: ['read'], count: 2 };
    expect(detailsOf({ details, requestId: 'r' })).toBe(
      'role: member\nscopes: ["read"]\ncount: 2\nrequestId: r',
    );
    expect(detailsOf({ details: {}, requestId: null })).toBe('');
  });
});
