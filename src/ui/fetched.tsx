/** Parts of the page that are fetched when they are first wanted. One that cannot be had (no network, a page that was replaced on its host) says so in its own place, with a button; the rest of the page stays. */
import { Component, lazy, useState, type ComponentType, type ReactNode } from 'react';
import { texts } from './texts';

/** React's `lazy`, with words and a button where it fails. */
export function fetched<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  const Part = lazy(load) as unknown as ComponentType<P>; // a lazy component takes its component's own props
  return function Fetched(props: P) {
    return <Guard><Part {...props} /></Guard>;
  };
}
interface GuardState {
  readonly failed: boolean;
  readonly why: string;
}
/** Words and a button in place of what could not be fetched, or broke. */
export class Guard extends Component<{ readonly children: ReactNode }, GuardState> {
  override state: GuardState = { failed: false, why: '' };
  static getDerivedStateFromError(error: unknown): GuardState {
    return { failed: true, why: error instanceof Error ? error.message : String(error) };
  }
  override render(): ReactNode {
    const { failed, why } = this.state;
    if (!failed) return this.props.children;
    return /fetch|import|preload|load failed/i.test(why) ? <Unfetched /> : <Failed why={why} again={() => this.setState({ failed: false })} />;
  }
}
/** A browser remembers that a script could not be fetched for as long as the page lives. So the page is loaded again, once its host answers: a run that goes on is taken up from its journal. */
function Unfetched() {
  const [state, setState] = useState<'asked' | 'trying' | 'in vain'>('asked');
  const again = async (): Promise<void> => {
    setState('trying');
    const there = await fetch(document.baseURI.split('#')[0]!, { method: 'HEAD', cache: 'no-store' }).then(({ ok }) => ok, () => false);
    if (there) window.location.reload();
    else setState('in vain');
  };
  return (
    <div className="blank missing" role="alert">
      <p>{texts.missing.unfetched}{state === 'in vain' && ` ${texts.missing.inVain}`}</p>
      <button type="button" disabled={state === 'trying'} onClick={() => void again()}>{texts.missing.again}</button>
    </div>
  );
}
function Failed({ why, again }: { readonly why: string; readonly again: () => void }) {
  return (
    <div className="blank missing" role="alert">
      <p>{texts.missing.broken(why)}</p>
      <button type="button" onClick={again}>{texts.missing.again}</button>
    </div>
  );
}
