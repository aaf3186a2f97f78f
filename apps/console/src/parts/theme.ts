const storageKey = 'hourglass.theme';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export function rememberedTheme(): Theme {
  const remembered = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === remembered) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  applyTheme();
}

/** Without the attribute the style sheet follows the system. */
export function applyTheme(): void {
  const theme = rememberedTheme();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
