/** Light, dark, or as the system has it; remembered where the browser allows. */
export type Theme = 'auto' | 'light' | 'dark';
export const themes: readonly Theme[] = ['auto', 'light', 'dark'];
const key = 'stipple.theme';

export function readTheme(): Theme {
  try {
    return themes.find((t) => t === localStorage.getItem(key)) ?? 'auto';
  } catch {
    return 'auto';
  }
}
export function showTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A browser that keeps nothing: the choice lasts until the page is closed.
  }
}
export const nextTheme = (theme: Theme): Theme => themes[(themes.indexOf(theme) + 1) % themes.length]!;
