/** Hands the store to the components. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { AppState, AppStore } from '../store/app';

export const AppContext = createContext<AppStore | null>(null);

export function useAppStore(): AppStore {
  const store = useContext(AppContext);
  if (!store) throw new Error('The page has no store. Wrap it in AppContext.Provider.');
  return store;
}
/** A selector returns what the store already holds, never a fresh array or object. */
export const useApp = <T,>(selector: (app: AppState) => T): T => useStore(useAppStore(), selector);
