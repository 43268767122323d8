/** Chromium's offer to install the page as an app. It comes once, at any moment of the page's life: so it is listened for from the start, and whoever shows it looks here. */
import { useSyncExternalStore } from 'react';

interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}
let offered: InstallOffer | undefined;
const listeners = new Set<() => void>();
function become(offer: InstallOffer | undefined): void {
  offered = offer;
  for (const listener of listeners) listener();
}
export function listenForInstallOffer(page: Window): void {
  page.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault(); // it is offered in the page's own words
    become(event as InstallOffer); // what this event is
  });
}
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** Whether the browser offers it now, and what takes the offer. */
export function useInstallOffer(): [boolean, () => void] {
  const there = useSyncExternalStore(subscribe, () => offered !== undefined);
  return [there, () => {
    void offered?.prompt();
    become(undefined);
  }];
}
