/** The members of a `KeyboardEvent` that shortcuts need. */
export type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>;

const withModifier = 'Mod+';

/** Whether the keys of a shortcut were pressed. `Mod` is Control, and Command on Apple's keyboards. */
export function isPressed(keys: string, { key, ctrlKey, metaKey, altKey, isComposing }: Pressed): boolean {
  if (isComposing || altKey) return false;
  return needsModifier(keys)
    ? (ctrlKey || metaKey) && key === keys.slice(withModifier.length)
    : !ctrlKey && !metaKey && key.normalize('NFKC') === keys;
}

/** Whether the shortcut also works while its user types: a single key would be part of the text. */
export function needsModifier(keys: string): boolean {
  return keys.startsWith(withModifier);
}

/** The keys as they are printed on the keyboard. */
export function keyNames(keys: string, isApple: boolean): string[] {
  if (!needsModifier(keys)) return [keys];
  return [isApple ? '⌘' : 'Ctrl', keys.slice(withModifier.length)];
}
