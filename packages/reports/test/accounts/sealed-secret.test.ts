import { describe, expect, test } from 'vitest';
import { openSecret, sealSecret } from '../../src/index.ts';

const key = Buffer.alloc(32, 1);

describe('a sealed secret', () => {
  test('is opened by its key, and each sealing has different bytes', () => {
    const sealed = sealSecret('geheim ü', key, 'owner');
    expect(openSecret(sealed, key, 'owner')).toBe('geheim ü');
    expect(Buffer.from(sealed).includes('geheim')).toBe(false);
    expect(Buffer.from(sealSecret('geheim ü', key, 'owner')).equals(Buffer.from(sealed))).toBe(false);
  });

  test('is not opened by another key, for another owner, or with a modified or missing byte', () => {
    const sealed = sealSecret('secret', key, 'owner');
    expect(openSecret(sealed, Buffer.alloc(32, 2), 'owner')).toBeNull();
    expect(openSecret(sealed, key, 'another')).toBeNull();
    for (let index = 0; index < sealed.length; index += 1) {
      expect(openSecret(sealed.with(index, (sealed[index] ?? 0) ^ 1), key, 'owner')).toBeNull();
      expect(openSecret(sealed.subarray(0, index), key, 'owner')).toBeNull();
    }
  });
});
