/** The checkpoints that are kept here: named, saved, removed, and more of them added. */
import { useRef, type ReactNode } from 'react';
import type { Checkpoint } from '../../spec/checkpoint';
import { bytesText, numberText, whenText } from '../../store/format';
import { useApp, useAppStore } from '../app-context';
import { saveFile } from '../pictures/save-file';
import { texts } from './texts';
import './style.css';

/** Where it comes from, in words. */
export function fromText({ source }: Pick<Checkpoint, 'source'>): string {
  switch (source.from) {
    case 'run': return texts.from.run(source.title, source.seed);
    case 'file': return texts.from.file(source.file);
    case 'shipped': return texts.from.shipped;
    case 'merge': return source.how;
  }
}
/** Newest first. `choice`: what stands before each name, a box to choose it by. */
export function CheckpointList({ choice, choiceLabel }: { choice?: (checkpoint: Checkpoint) => ReactNode; choiceLabel?: string }) {
  const checkpoints = useApp((app) => app.checkpoints);
  const bytes = useApp((app) => app.checkpointBytes);
  const storage = useApp((app) => app.keepsCheckpoints);
  const t = texts.columns;
  if (!storage) return <section className="panel checkpoints" aria-label={texts.title}><h2>{texts.title}</h2><p>{texts.noStorage}</p></section>;
  return (
    <section className="panel checkpoints" aria-label={texts.title}>
      <header className="panel-head"><h2>{texts.title}</h2><span className="soft">{texts.size(checkpoints.length, bytesText(bytes))}</span><AddFiles /></header>
      {checkpoints.length === 0 ? <p className="blank">{texts.none}</p> : (
        <div className="table-scroll">
          <table>
            <thead><tr>{choice && <th scope="col">{choiceLabel}</th>}<th scope="col">{t.name}</th><th scope="col">{t.from}</th><th scope="col" className="figure">{t.tensors}</th><th scope="col" className="figure">{t.numbers}</th><th scope="col" className="figure">{t.size}</th><th scope="col">{t.when}</th><td aria-hidden="true" /></tr></thead>
            <tbody>{checkpoints.toReversed().map((one) => <Row key={one.id} checkpoint={one} choice={choice} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
function AddFiles() {
  const store = useAppStore();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>{texts.add}</button>
      <input ref={input} type="file" hidden multiple aria-label={texts.add} accept=".safetensors,.onnx,.npz" onChange={(e) => {
        for (const file of e.target.files ?? []) void store.getState().checkpointFileAdded(file);
        e.target.value = '';
      }} />
    </>
  );
}
function Row({ checkpoint, choice }: { checkpoint: Checkpoint; choice?: (checkpoint: Checkpoint) => ReactNode }) {
  const store = useAppStore();
  const { id, name, source, tensors, numbers, sizeBytes, keptAtMs, inOnnx } = checkpoint;
  const act = store.getState();
  const save = async (form: 'safetensors' | 'onnx'): Promise<void> => {
    const file = await act.checkpointSaved(id, form);
    if (file) saveFile(file.name, new Blob([file.bytes as Uint8Array<ArrayBuffer>]));
  };
  return (
    <tr>
      {choice && <td>{choice(checkpoint)}</td>}
      <th scope="row"><input key={name} className="checkpoint-name" aria-label={texts.nameOf(name)} defaultValue={name} onBlur={(e) => {
        if (e.target.value.trim() === '') e.target.value = name;
        else if (e.target.value !== name) void act.checkpointRenamed(id, e.target.value);
      }} onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()} /></th>
      <td>{source.from === 'run' ? <button type="button" className="quiet from" aria-label={texts.openRun(name)} onClick={() => {
        act.placeChosen(undefined);
        act.linkOpened(source.link);
      }}>{fromText(checkpoint)}</button> : fromText(checkpoint)}</td>
      <td className="figure">{tensors.length}</td>
      <td className="figure">{numberText(numbers)}</td>
      <td className="figure">{bytesText(sizeBytes)}</td>
      <td>{whenText(keptAtMs)}</td>
      <td className="row-actions">
        <button type="button" aria-label={texts.saveTensors(name)} onClick={() => void save('safetensors')}>{texts.save}</button>
        {inOnnx && <button type="button" aria-label={texts.saveOnnx(name)} onClick={() => void save('onnx')}>{texts.onnx}</button>}
        <button type="button" className="quiet" aria-label={texts.forget(name)} onClick={() => void act.checkpointForgotten(id)}>×</button>
      </td>
    </tr>
  );
}
