/** The explanation: words, equations, caveats as the card states them, and the source. */
import { lazy, Suspense, useRef } from 'react';
import { selectCard } from '../store/app';
import { useApp } from './app-context';
import { useNear } from './redraw';
import { texts } from './texts';

const Equations = lazy(() => import('./Equations'));
const isWeb = (url: string): boolean => url.startsWith('https://');

export function About() {
  const card = useApp(selectCard);
  const frame = useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  if (!card) return null;
  const { source } = card;
  const t = texts.about;
  return (
    <section className="about" aria-label={t.title}>
      <h2>{t.title}</h2>
      <div className="prose">{card.explanation.map((paragraph, i) => <p key={i}>{paragraph}</p>)}</div>
      <div ref={frame}>{near && card.equations.length > 0 && <Suspense fallback={null}><Equations card={card} /></Suspense>}</div>
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
        {card.caveats.length > 0 && <div><h3>{t.caveats}</h3><ul className="caveats">{card.caveats.map((c, i) => <li key={i}>{c}</li>)}</ul></div>}
      </div>
    </section>
  );
}
