/** Equations as MathML made by the build from the cards' own TeX: trusted, for no text of a user comes this way. Fetched when they are looked at. */
import equations from 'virtual:equations';
import { markupOfTheBuild } from '../base/trusted';
import type { Card } from '../spec/card';

export default function Equations({ card }: { card: Card }) {
  return (
    <dl className="equations">
      {card.equations.map(({ tex, says }) => (
        <div key={tex}>
          {Object.hasOwn(equations, tex) ? <dt dangerouslySetInnerHTML={{ __html: markupOfTheBuild(equations[tex]!) }} /> : <dt><code>{tex}</code></dt>}
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}
