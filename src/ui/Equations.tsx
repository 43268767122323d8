/** Equations as MathML made by the build from the methods' own TeX: trusted, for no text of a user comes this way. Fetched when they are looked at. */
import equations from 'virtual:equations';
import { markupOfTheBuild } from '../base/trusted';
import type { About } from '../spec/card';

export default function Equations({ of }: { readonly of: About['equations'] }) {
  return (
    <dl className="equations">
      {of.map(({ tex, says }) => (
        <div key={tex}>
          {Object.hasOwn(equations, tex) ? <dt dangerouslySetInnerHTML={{ __html: markupOfTheBuild(equations[tex]!) }} /> : <dt><code>{tex}</code></dt>}
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}
