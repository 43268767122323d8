/** What the masks of several models have in common, pair by pair, beside what chance would give. */
import { useState } from 'react';
import { diffLimits, readRef, refText, type MaskRule, type ModelRef, type Overlap, type OverlapPair } from '../../spec/diff';
import { numberText, percentText } from '../../store/format';
import { useAnswer } from '../library/answers';
import { Scrolled } from '../Scrolled';
import { ChoiceOptions } from './ChoiceOptions';
import { nameIn, type Choice } from './models';
import { texts } from './texts';

export function OverlapView({ choices, first }: { choices: readonly Choice[]; first: readonly ModelRef[] }) {
  const [asked, setAsked] = useState<readonly string[]>();
  const [rule, setRule] = useState<MaskRule>({ keep: 'top', share: 0.2, of: 'tensor' });
  const [base, setBase] = useState('');
  const texted = asked ?? [...new Set(first.map(refText))];
  const chosen = texted.filter((text) => choices.some((choice) => choice.text === text));
  const enough = chosen.length >= 2 && chosen.length <= diffLimits.overlapModels;
  const models = chosen.map((text) => readRef(text)!); // texts of choices
  const from = choices.some(({ text }) => text === base) ? readRef(base) : undefined;
  const { answer, waiting, problem } = useAnswer('overlap', { models, rule, ...(from && { base: from }) }, enough);
  const toggle = (text: string, on: boolean): void => setAsked(on ? [...chosen, text] : chosen.filter((one) => one !== text));
  return (
    <section className="panel" aria-label={texts.overlap}>
      <h2>{texts.overlap}</h2>
      <p className="soft">{texts.overlapSays}</p>
      <details className="overlap-models" open={!enough}>
        <summary>{texts.overlapOf}: {chosen.map((text) => nameIn(choices, readRef(text)!)).join(', ') || '–'}</summary>
        <fieldset><legend className="soft">{texts.overlapChoose}</legend>{choices.map(({ text, label }) => (
          <label key={text}><input type="checkbox" checked={chosen.includes(text)} disabled={!chosen.includes(text) && chosen.length >= diffLimits.overlapModels} onChange={(e) => toggle(text, e.target.checked)} /> {label}</label>
        ))}</fieldset>
      </details>
      <div className="diff-choice">
        <label>{texts.keep} <select value={rule.keep} onChange={(e) => setRule({ ...rule, keep: e.target.value as MaskRule['keep'] })}>{(['top', 'nonzero'] as const).map((keep) => <option key={keep} value={keep}>{texts.keeps[keep]}</option>)}</select></label>
        {rule.keep === 'top' && (
          <>
            <label>{texts.share} <input type="number" className="text" min={0.1} max={100} step={0.1} defaultValue={rule.share * 100} onChange={(e) => e.target.validity.valid && e.target.value !== '' && setRule({ ...rule, share: Number(e.target.value) / 100 })} /></label>
            <label>{texts.per} <select value={rule.of} onChange={(e) => setRule({ ...rule, of: e.target.value as MaskRule['of'] })}>{(['tensor', 'model'] as const).map((of) => <option key={of} value={of}>{texts.pers[of]}</option>)}</select></label>
          </>
        )}
        <label>{texts.base} <select value={from ? base : ''} onChange={(e) => setBase(e.target.value)}><option value="">{texts.noBase}</option><ChoiceOptions choices={choices} /></select></label>
      </div>
      {!enough ? null : problem ? <p className="note problem" role="alert">{problem}</p> : !answer || waiting ? <output className="blank">{texts.waiting}</output> : <Pairs overlap={answer} names={models.map((ref) => nameIn(choices, ref))} />}
    </section>
  );
}
const figure = (value: number): string => (Number.isNaN(value) ? texts.undefinedFigure : numberText(value));
function Pairs({ overlap: { tensors, numbers, density, pairs }, names }: { overlap: Overlap; names: readonly string[] }) {
  const nameOf = ({ a, b }: OverlapPair): string => `${names[a]} / ${names[b]}`;
  return (
    <>
      <p className="soft">{texts.over(tensors.length, numberText(numbers))} {texts.density}: {names.map((name, i) => `${name} ${percentText(density[i]!)}`).join('; ')}.</p>
      <Scrolled label={texts.pairs}><table className="diff-table">
        <thead><tr><th scope="col">{texts.pair}</th>{[texts.iou, texts.chance, texts.times].map((is) => <th key={is} scope="col" className="figure">{is}</th>)}</tr></thead>
        <tbody>{pairs.map((pair) => <tr key={`${pair.a} ${pair.b}`}><th scope="row">{nameOf(pair)}</th><td className="figure">{figure(pair.iou)}</td><td className="figure">{figure(pair.chance)}</td><td className="figure">{figure(pair.iou / pair.chance)}</td></tr>)}</tbody>
      </table></Scrolled>
      {pairs.map((pair) => (
        <details key={`${pair.a} ${pair.b}`}>
          <summary>{texts.byTensor(nameOf(pair))}</summary>
          <Scrolled label={texts.byTensor(nameOf(pair))}><table className="diff-table">
            <thead><tr><th scope="col">{texts.tensor}</th><th scope="col" className="figure">{texts.iou}</th><th scope="col" className="figure">{texts.chance}</th></tr></thead>
            <tbody>{tensors.slice(0, 500).map(({ name }, t) => <tr key={name}><th scope="row"><code>{name}</code></th><td className="figure">{figure(pair.ious[t]!)}</td><td className="figure">{figure(pair.chances[t]!)}</td></tr>)}</tbody>
          </table></Scrolled>
          {tensors.length > 500 && <p className="soft">{texts.cut}</p>}
        </details>
      ))}
    </>
  );
}
