/** What the model's file and the data hold, side by side. */
import { useMemo } from 'react';
import type { PortDescription } from '../../spec/own-model';
import type { DataView, OwnModelDetails } from '../../spec/own-screen';
import { missingFiles } from '../../store/experiment-slice';
import { bytesText } from '../../store/format';
import { useApp, useAppStore } from '../app-context';
import { ImagesPicture } from '../pictures/media';
import { texts } from './texts';

const dimsText = (dims: readonly (number | string)[]): string => dims.map((d) => (d === '' ? texts.model.any : String(d))).join(' × ') || 'scalar';

export function ModelPanel({ details }: { details: OwnModelDetails }) {
  const knobs = useApp((app) => app.experiment?.knobs);
  const { model } = details;
  const t = texts.model;
  const chosen = (ports: readonly PortDescription[], name: unknown): PortDescription | undefined => ports.find((p) => p.name === name) ?? ports[0];
  // An array under the input's own name is what the input is given; x goes to one input alone.
  const named = new Set(details.data?.arrays.map(({ name }) => name));
  const [fed, trainedOn] = [chosen(model.inputs, knobs?.input), chosen(model.outputs, knobs?.output)];
  return (
    <section className="panel own-panel" aria-label={t.label}>
      <header className="panel-head"><h3>{t.label}</h3><small>{details.shipped ? t.shipped : t.own}</small></header>
      <p className="own-name" title={details.from}>{details.from} <small>{bytesText(details.sizeBytes)}</small></p>
      <p className="soft">{t.summary(model.parameters, model.layers.length, model.multiplyAdds)}</p>
      <dl className="own-ports">
        {model.inputs.map((port) => <Port key={`in ${port.name}`} knob="input" label={t.input} port={port} chosen={port === fed || named.has(port.name)} says={named.has(port.name) ? t.fedWith(port.name) : t.fed} wish={t.feed} />)}
        {model.outputs.map((port) => <Port key={`out ${port.name}`} knob="output" label={t.output} port={port} chosen={port === trainedOn} says={t.trainedOn} wish={t.trainOn} />)}
      </dl>
      <p className="soft">{model.producer && `${t.written} ${model.producer}, `}{t.opset(model.opset)}</p>
      {model.notes.length > 0 && <details className="own-notes"><summary>{t.notes(model.notes.length)}</summary><ul>{model.notes.map((note) => <li key={note}>{note}</li>)}</ul></details>}
      <FileLines kind="model" />
    </section>
  );
}
interface PortProps {
  readonly knob: 'input' | 'output';
  readonly label: string;
  readonly port: PortDescription;
  readonly chosen: boolean;
  readonly says: string;
  /** What a press does to one that is not chosen. */
  readonly wish: (name: string) => string;
}
function Port({ knob, label, port, chosen, says, wish }: PortProps) {
  const store = useAppStore();
  return (
    <div className={chosen ? undefined : 'aside'}>
      <dt>{label} <code>{port.name}</code></dt>
      <dd><span className="figure">{dimsText(port.dims)}</span> {port.dtype} {chosen ? <span className="own-badge">{says}</span> : <button type="button" className="quiet" onClick={() => store.getState().knobTurned(knob, port.name)}>{wish(port.name)}</button>}</dd>
    </div>
  );
}

export function DataPanel({ details }: { details: OwnModelDetails }) {
  const { data } = details;
  const t = texts.data;
  return (
    <section className="panel own-panel" aria-label={t.label}>
      <header className="panel-head"><h3>{t.label}</h3>{data && <small>{data.shipped ? t.shipped : texts.model.own}</small>}</header>
      {data ? <DataBody data={data} /> : <p className="soft">{t.none}</p>}
      <FileLines kind="data" />
    </section>
  );
}
function DataBody({ data }: { data: DataView }) {
  const t = texts.data;
  return (
    <>
      <p className="own-name" title={data.from}>{data.from}</p>
      <p className="soft">{t.split(data.split.train, data.split.validation)}</p>
      <dl className="own-ports">
        {data.arrays.map((array) => (
          <div key={array.name}><dt><code>{array.name}</code></dt><dd><span className="figure">{array.shape.join(' × ')}</span> {array.dtype}<small className="own-range">{t.range(array.least, array.greatest, array.mean)}</small></dd></div>
        ))}
      </dl>
      {data.classes && <Classes classes={data.classes} />}
      {data.samples && <section className="own-samples" aria-label={t.samples}><ImagesPicture picture={data.samples} /></section>}
      {data.excerpts && <ul className="own-excerpts" aria-label={t.samples}>{data.excerpts.map((text, i) => <li key={i}><code>{text}</code></li>)}</ul>}
      {data.notes.map((note) => <p key={note} className="soft">{note}</p>)}
    </>
  );
}
/** A bar for each class: whether they are balanced is seen at once. */
function Classes({ classes }: { classes: NonNullable<DataView['classes']> }) {
  const t = texts.data;
  const counts = classes.map((c) => c.count);
  const most = useMemo(() => Math.max(1, ...counts), [counts]);
  return (
    <figure className="own-classes">
      <figcaption className="soft">{t.classes(classes.length)}, {t.balance(Math.min(...counts), most)}</figcaption>
      <div className="own-bars" aria-hidden="true">
        {classes.slice(0, 60).map((c) => <i key={c.label} title={t.bar(c.label, c.count)} style={{ height: `${Math.max(4, (100 * c.count) / most)}%` }} />)}
      </div>
    </figure>
  );
}

/** The user's files of one kind, to be removed one by one. */
function FileLines({ kind }: { kind: 'model' | 'data' }) {
  const refs = useApp((app) => app.experiment?.files);
  const files = useApp((app) => app.files);
  const missing = useApp((app) => (app.experiment ? missingFiles(app.experiment, app.files).length : 0));
  const store = useAppStore();
  const own = refs?.filter((ref) => /\.(onnx|data|bin|weights|onnx_data)$/i.test(ref.name) === (kind === 'model')) ?? [];
  if (own.length === 0) return null;
  return (
    <ul className="files">
      {own.map((ref) => (
        <li key={ref.sha256}>
          <span className="file-name" title={`SHA-256 ${ref.sha256}`}>{ref.name}</span>
          <small>{missing > 0 && !Object.hasOwn(files, ref.sha256) ? texts.model.missing : bytesText(ref.sizeBytes)}</small>
          <button type="button" className="quiet" aria-label={texts.model.remove(ref.name)} onClick={() => store.getState().fileRemoved(ref.sha256)}>×</button>
        </li>
      ))}
    </ul>
  );
}
