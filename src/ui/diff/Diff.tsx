/** Two models side by side. Fetched when first opened. */
import { useState } from 'react';
import { refText, type ModelDiff, type ModelRef } from '../../spec/diff';
import { numberText, percentText } from '../../store/format';
import { useAppStore } from '../app-context';
import { CheckpointList } from '../checkpoints/CheckpointList';
import { useAnswer } from '../library/answers';
import { ChoiceOptions } from './ChoiceOptions';
import { cosineText, shapeText } from './figures';
import { GraphView } from './GraphView';
import { useChoices, useChosen, type Choice } from './models';
import { OverlapView } from './OverlapView';
import { TensorTable } from './TensorTable';
import { TensorView } from './TensorView';
import { texts } from './texts';
import './style.css';

export default function Diff() {
  const choices = useChoices();
  const [a, chooseA] = useChosen('a');
  const [b, chooseB] = useChosen('b');
  const store = useAppStore();
  const swap = (): void => {
    const { place } = store.getState();
    if (place && a && b) store.getState().placeChosen({ ...place, knobs: { ...place.knobs, a: refText(b), b: refText(a) } });
  };
  return (
    <main className="diff" id="experiment" tabIndex={-1} aria-label={texts.title}>
      <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p></div>
      <section className="panel" aria-label={texts.choose}>
        <div className="diff-choice">
          <ModelSelect label={texts.a} choices={choices} value={a} choose={chooseA} />
          <ModelSelect label={texts.b} choices={choices} value={b} choose={chooseB} />
          <button type="button" disabled={!a || !b} onClick={swap}>{texts.swap}</button>
        </div>
        {!(a && b) && <p className="soft">{texts.hint}</p>}
      </section>
      {a && b && <Compared key={`${refText(a)} ${refText(b)}`} a={a} b={b} />}
      <OverlapView choices={choices} first={[a, b].filter((ref) => ref !== undefined)} />
      <CheckpointList />
    </main>
  );
}
function ModelSelect({ label, choices, value, choose }: { label: string; choices: readonly Choice[]; value: ModelRef | undefined; choose: (text: string) => void }) {
  const text = value ? refText(value) : '';
  const known = text === '' || choices.some((choice) => choice.text === text);
  return (
    <label>{label} <select aria-label={texts.model(label)} value={text} onChange={(e) => choose(e.target.value)}>
      <option value="">{texts.none}</option>
      {!known && <option value={text}>{text}</option>}
      <ChoiceOptions choices={choices} />
    </select></label>
  );
}
function Compared({ a, b }: { a: ModelRef; b: ModelRef }) {
  const { answer, waiting, problem } = useAnswer('diff', { a, b });
  const [tensor, setTensor] = useState<string>();
  if (problem) return <p className="note problem" role="alert">{problem}</p>;
  if (!answer || waiting) return <output className="blank tall">{texts.waiting}</output>;
  return (
    <>
      <Summary diff={answer} />
      {answer.matched.length > 0 && <TensorTable rows={answer.matched} chosen={tensor} choose={setTensor} />}
      {tensor !== undefined && answer.matched.some(({ name }) => name === tensor) && <TensorView a={a} b={b} tensor={tensor} close={() => setTensor(undefined)} />}
      <Unmatched diff={answer} />
      {answer.graph && <GraphView graph={answer.graph} />}
    </>
  );
}
function Summary({ diff: { matched, total } }: { diff: ModelDiff }) {
  if (matched.length === 0) return <p className="note">{texts.nothing}</p>;
  const t = texts.totals;
  const share = (count: number): string => `${numberText(count)} (${percentText(count / total.numbers)})`;
  const facts: readonly (readonly [string, string])[] = [
    [t.matched, numberText(matched.length)], [t.identical, numberText(matched.filter(({ identical }) => identical).length)], [t.numbers, numberText(total.numbers)],
    [t.changed, share(total.changed)], [t.relativeL2, numberText(total.relativeL2)], [t.maxChange, numberText(total.maxChange)], [t.cosine, cosineText(total)],
    [t.sparsity, total.sparsity.map(percentText).join(', ')], [t.signFlips, share(total.signFlips)], ...(total.notFinite > 0 ? [[t.notFinite, numberText(total.notFinite)] as const] : []),
  ];
  return (
    <section className="panel" aria-label={texts.summary}>
      <h2>{texts.summary}</h2>
      {total.identical && <p className="note good">{texts.identical}</p>}
      <dl className="diff-facts">{facts.map(([is, figure]) => <div key={is}><dt>{is}</dt><dd>{figure}</dd></div>)}</dl>
    </section>
  );
}
function Unmatched({ diff: { onlyA, onlyB, reshaped } }: { diff: ModelDiff }) {
  if (onlyA.length + onlyB.length + reshaped.length === 0) return null;
  const groups: readonly { readonly is: string; readonly rows: readonly (readonly [string, string])[] }[] = [
    { is: texts.reshaped, rows: reshaped.map(({ name, a, b }) => [name, texts.shapes(shapeText(a), shapeText(b))]) },
    { is: texts.only(texts.a), rows: onlyA.map(({ name, shape }) => [name, shapeText(shape)]) },
    { is: texts.only(texts.b), rows: onlyB.map(({ name, shape }) => [name, shapeText(shape)]) },
  ];
  return (
    <section className="panel" aria-label={texts.elsewhere}>
      <h2>{texts.elsewhere}</h2>
      {groups.filter(({ rows }) => rows.length > 0).map(({ is, rows }) => (
        <details key={is} open={rows.length <= 12}>
          <summary>{is}: {rows.length}</summary>
          <ul className="diff-names">{rows.slice(0, 500).map(([name, shape]) => <li key={name}><code>{name}</code> <span className="soft">{shape}</span></li>)}</ul>
          {rows.length > 500 && <p className="soft">{texts.cut}</p>}
        </details>
      ))}
    </section>
  );
}
