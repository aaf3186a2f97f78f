import { expect, test } from 'vitest';
import { isPressed, keyNames, type Pressed } from '../src/parts/shortcut-keys.ts';

const press = (changes: Partial<Pressed>): Pressed => ({
  ...{ key: '/', ctrlKey: false, metaKey: false, altKey: false, isComposing: false },
  ...changes,
});

test('a single key is a shortcut alone, and none while an input method composes', () => {
  expect(isPressed('/', press({}))).toBe(true);
  expect(isPressed('/', press({ key: '/' }))).toBe(true);
  expect(isPressed('n', press({}))).toBe(false);
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])
    expect(isPressed('/', press(held))).toBe(false);
});

test('a key with a modifier is one of either kind of keyboard', () => {
  expect(isPressed('Mod+Enter', press({ key: 'Enter', ctrlKey: true }))).toBe(true);
  expect(isPressed('Mod+Enter', press({ key: 'Enter', metaKey: true }))).toBe(true);
  expect(isPressed('Mod+Enter', press({ key: 'Enter' }))).toBe(false);
  expect(keyNames('Mod+Enter', false)).toEqual(['Ctrl', 'Enter']);
  expect(keyNames('Mod+Enter', true)).toEqual(['⌘', 'Enter']);
  expect(keyNames('?', true)).toEqual(['?']);
});
