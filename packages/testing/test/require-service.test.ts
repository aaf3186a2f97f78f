import { afterEach, expect, test, vi } from 'vitest';
import { isServiceMissing } from '../src/require-service.ts';

const need = { service: 'a clock tower', problem: 'there is no hill' };

afterEach(() => {
  vi.restoreAllMocks();
});

test('tests of an available service are never skipped, in CI or elsewhere', () => {
  for (const environment of [{}, { CI: 'true' }]) {
    expect(isServiceMissing({ ...need, problem: null, environment })).toBe(false);
  }
});

test('a warning names the missing service when its tests are skipped', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(isServiceMissing({ ...need, environment: {} })).toBe(true);
  expect(warn.mock.calls.flat().join()).toMatch(/SKIPPED.*a clock tower.*there is no hill/);
});

test('a missing service fails in CI', () => {
  expect(() => isServiceMissing({ ...need, environment: { CI: 'true' } })).toThrow(/a clock tower.*no hill/);
});
