/** One checkpoint: what it can do, how it was made, what is in the file. */
import type { ModelCard } from '../../spec/model-card';
import { bytesText, numberText } from '../../store/format';
import { useAnswer } from './answers';
import { Measures } from './Measures';
import { Previews } from './Previews';
import { texts } from './texts';

export function ModelView({ model }: { readonly model: ModelCard }) {
  const { answer, problem } = useAnswer('model', { model: model.id });
  return (
    <>
      <div className="head"><h1>{model.title}</h1><p className="claim">{model.says}</p></div>
      <section className="panel" aria-label={texts.measures}>
        <h2>{texts.measures}</h2>
        <Measures measures={model.measures} />
        <p className="soft">{texts.measuresSays}</p>
      </section>
      {problem && <p className="note problem" role="alert">{problem}</p>}
      {answer ? <Previews previews={answer.previews} /> : !problem && <p className="blank tall">{texts.waiting}</p>}
      <section className="panel" aria-label={texts.trainedOn}>
        <h2>{texts.trainedOn}</h2>
        <dl className="facts">
          <Fact is={texts.base}>{model.base}</Fact>
          <Fact is={texts.params}>{model.params.toLocaleString('en')}</Fact>
          <Fact is={texts.size}>{bytesText(model.sizeBytes)}</Fact>
          <Fact is={texts.command}><code>{model.command}</code> {texts.made(model.seconds)}</Fact>
          <Fact is={texts.licence}>{model.licence}</Fact>
          <Fact is={texts.hash}><code className="hash">{model.sha256}</code></Fact>
          <Fact is={texts.seed}>{model.seed}</Fact>
          {Object.entries(model.spec).map(([name, value]) => <Fact key={name} is={name}>{String(value)}</Fact>)}
        </dl>
      </section>
      {answer && (
        <details className="panel">
          <summary><h2>{texts.tensors(answer.tensors.length)}</h2></summary>
          <div className="table-scroll"><table>
            <thead><tr><th scope="col">{texts.tensor}</th><th scope="col">{texts.shape}</th><th scope="col" className="figure">{texts.mean}</th><th scope="col" className="figure">{texts.std}</th></tr></thead>
            <tbody>{answer.tensors.map(({ name, shape, mean, std }) => <tr key={name}><th scope="row">{name}</th><td>{shape.join(' × ')}</td><td className="figure">{numberText(mean)}</td><td className="figure">{numberText(std)}</td></tr>)}</tbody>
          </table></div>
        </details>
      )}
    </>
  );
}
const Fact = ({ is, children }: { readonly is: string; readonly children: React.ReactNode }) => <div><dt>{is}</dt><dd>{children}</dd></div>;
