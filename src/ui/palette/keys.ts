/** Keys that do something wherever they are pressed, and whether those without Ctrl or Command may. */
import { useLayoutEffect } from 'react';
import { useAppStore } from '../app-context';

const stored = 'stipple.single-keys';
/** WCAG 2.1.4: shortcuts of a single character can be switched off. */
export function singleKeys(): boolean {
  try {
    return localStorage.getItem(stored) !== 'off';
  } catch {
    return true;
  }
}
export function allowSingleKeys(allowed: boolean): void {
  try {
    if (allowed) localStorage.removeItem(stored);
    else localStorage.setItem(stored, 'off');
  } catch {
    // A browser that keeps nothing: they stay on.
  }
}
/** Whether the focus is where a character is text. */
export const takesText = (target: EventTarget | null): boolean => target instanceof Element && target.closest('input:not([type=checkbox], [type=radio], [type=range], [type=button]), select, textarea, [contenteditable]') !== null;

/** Ctrl+K and Command+K open the commands, ? the list of shortcuts. */
export function usePaletteKeys(): void {
  const store = useAppStore();
  useLayoutEffect(() => { // in place with the first picture: an effect proper runs some time after it, and a key pressed between would be lost
    const onKey = (event: KeyboardEvent): void => {
      if (event.repeat || event.isComposing || event.altKey) return;
      const commands = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
      const shortcuts = event.key === '?' && !event.ctrlKey && !event.metaKey && singleKeys() && !takesText(event.target);
      if (!commands && !shortcuts) return;
      const { palette, paletteShown } = store.getState();
      if (palette === undefined && document.querySelector('dialog[open]')) return; // another dialog has the page
      event.preventDefault();
      paletteShown(commands && palette === 'commands' ? undefined : commands ? 'commands' : 'shortcuts');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [store]);
}
