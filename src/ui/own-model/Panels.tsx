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
  const [fed, trainedOn] = [chosen(model.inputs, knobs?.input), chosen(model.outputs, knobs?.output)];
  return (
    <section className="panel own-panel" aria-label={t.label}>
      <header className="panel-head"><h3>{t.label}</h3><small>{details.shipped ? t.shipped : t.own}</small></header>
      <p className="own-name" title={details.from}>{details.from} <small>{bytesText(details.sizeBytes)}</small></p>
      <p className="soft">{t.summary(model.parameters, model.layers.length, model.multiplyAdds)}</p>
      <dl className="own-ports">
        {model.inputs.map((port) => <Port key={`in ${port.name}`} label={t.input} port={port} note={port === fed ? t.fed : undefined} />)}
        {model.outputs.map((port) => <Port key={`out ${port.name}`} label={t.output} port={port} note={port === trainedOn ? t.trainedOn : undefined} />)}
      </dl>
      <p className="soft">{model.producer && `${t.written} ${model.producer}, `}{t.opset(model.opset)}</p>
      {model.notes.length > 0 && <details className="own-notes"><summary>{t.notes(model.notes.length)}</summary><ul>{model.notes.map((note) => <li key={note}>{note}</li>)}</ul></details>}
      <FileLines kind="model" />
    </section>
  );
}
const Port = ({ label, port, note }: { label: string; port: PortDescription; note: string | undefined }) => (
  <div className={note ? undefined : 'aside'}><dt>{label} <code>{port.name}</code></dt><dd><span className="figure">{dimsText(port.dims)}</span> {port.dtype}{note && <> <span className="own-badge">{note}</span></>}</dd></div>
);

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
