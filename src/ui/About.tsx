/** The explanation: words, equations and caveats as the method's folder states them, fetched when they are wanted, and the source. */
import { Suspense, use, useRef } from 'react';
import { loadAbout } from '../methods/cards';
import type { About as Words, Card } from '../spec/card';
import { selectCard } from '../store/app';
import { useApp } from './app-context';
import { fetched, Guard } from './fetched';
import { useNear } from './redraw';
import { texts } from './texts';

const Equations = fetched(() => import('./Equations'));
const asked = new Map<string, Promise<Words>>();
/** Fetched once. What could not be fetched is not asked for again: a browser remembers that, too. */
function wordsOf(id: string): Promise<Words> {
  const words = asked.get(id) ?? loadAbout(id);
  asked.set(id, words);
  return words;
}
const isWeb = (url: string): boolean => url.startsWith('https://');

export function About() {
  const card = useApp(selectCard);
  if (!card) return null;
  return (
    <section className="about" data-part="about" aria-label={texts.about.title}>
      <h2>{texts.about.title}</h2>
      <Guard key={card.id}><Suspense fallback={null}><Said said={wordsOf(card.id)} card={card} /></Suspense></Guard>
    </section>
  );
}
function Said({ said, card: { source } }: { readonly said: Promise<Words>; readonly card: Card }) {
  const { explanation, equations, caveats } = use(said);
  const frame = useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  const t = texts.about;
  return (
    <>
      <div className="prose">{explanation.map((paragraph, i) => <p key={i}>{paragraph}</p>)}</div>
      <div ref={frame}>{near && equations.length > 0 && <Suspense fallback={null}><Equations of={equations} /></Suspense>}</div>
      <div className="about-foot">
        {source && (
          <div>
            <h3>{t.source}</h3>
            <p>
              {source.authors} ({source.year}). <cite>{source.title}</cite>{source.venue && `, ${source.venue}`}.{' '}
              {source.arxiv && <a href={`https://arxiv.org/abs/${encodeURIComponent(source.arxiv)}`} target="_blank" rel="noreferrer">{t.paper} {source.arxiv}</a>}
              {source.code && <> · {isWeb(source.code) ? <a href={source.code} target="_blank" rel="noreferrer">{t.code}</a> : `${t.code}: ${source.code}`}</>}
            </p>
          </div>
        )}
        {caveats.length > 0 && <div><h3>{t.caveats}</h3><ul className="caveats">{caveats.map((c, i) => <li key={i}>{c}</li>)}</ul></div>}
      </div>
    </>
  );
}
