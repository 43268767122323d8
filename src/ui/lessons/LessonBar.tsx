/** The step of a lesson, beside the experiment that it speaks of. */
import { useEffect, useRef, useState } from 'react';
import { formatOf } from '../../spec/card';
import { seenOf, type LookAt, type Question } from '../../spec/lesson';
import { selectCard } from '../../store/app';
import { isStepDone, lessonAddress, stepOf, type Following } from '../../store/lesson-slice';
import { valueText } from '../../store/format';
import { sameRun } from '../../store/run-slice';
import { useApp, useAppStore } from '../app-context';
import { Mark } from '../Findings';
import './style.css';
import { texts } from './texts';

export default function LessonBar() {
  const following = useApp((app) => app.following);
  return following ? <Bar key={`${following.lesson.id}/${following.at}`} following={following} /> : null;
}
function Bar({ following }: { following: Following }) {
  const store = useAppStore();
  const { lesson, at } = following;
  const step = stepOf(following);
  const done = useApp(isStepDone);
  const [folded, setFolded] = useState(false);
  const [copied, setCopied] = useState<boolean>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  const copy = (): void => void navigator.clipboard.writeText(lessonAddress(window.location.href, following)).then(() => setCopied(true), () => setCopied(false));
  const { lessonStepped: go, lessonClosed: leave } = store.getState();
  const last = at === lesson.steps.length - 1;
  return (
    <section className={folded ? 'lesson-bar folded' : 'lesson-bar'} aria-label={texts.bar(lesson.title)}>
      <header>
        <p className="soft">{lesson.title} · {texts.step(at + 1, lesson.steps.length)}</p>
        <span className="row">
          <button type="button" className="quiet" aria-expanded={!folded} onClick={() => setFolded(!folded)}>{folded ? texts.unfold : texts.fold}</button>
          <button type="button" className="quiet" onClick={leave}>{texts.leave}</button>
        </span>
      </header>
      <progress max={lesson.steps.length} value={at + 1} aria-label={texts.step(at + 1, lesson.steps.length)} />
      {!folded && (
        <div className="lesson-body">
          <h2 ref={heading} tabIndex={-1}>{step.title}</h2>
          {step.text.map((p, i) => <p key={i}>{p}</p>)}
          {step.task && <p className="lesson-task"><Mark kind={step.until ? (done ? 'yes' : 'open') : 'open'} /> <b>{texts.task}:</b> {step.task} {step.until && done && <span className="verdict yes">{texts.done}</span>}</p>}
          {step.look && <p><button type="button" className="quiet" onClick={() => show(step.look!, true)}>{texts.look}</button></p>}
          <ForetoldLine following={following} />
          {step.question && <Asked key={at} question={step.question} chosen={following.answers[at]} />}
        </div>
      )}
      <footer>
        <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>{texts.back}</button>
        {last ? <button type="button" className="primary" onClick={leave}>{texts.end}</button> : <button type="button" className={done ? 'primary' : undefined} onClick={() => go(at + 1)}>{texts.next}</button>}
        <button type="button" className="quiet" onClick={copy}>{texts.copy}</button>
        <output className="soft">{copied === undefined ? (step.until && !done ? texts.waits : '') : copied ? texts.copied : texts.notCopied}</output>
      </footer>
      <Spot look={step.look} />
    </section>
  );
}

function ForetoldLine({ following }: { following: Following }) {
  const card = useApp(selectCard);
  const run = useApp((app) => app.run);
  const experiment = useApp((app) => app.experiment);
  const { foretold } = stepOf(following);
  if (!foretold || !card || !experiment || run?.status !== 'finished' || !sameRun(run.experiment, experiment)) return null; // another step's run says nothing of this one
  const seen = seenOf(foretold, run.result?.outcomes ?? []);
  if (!seen) return null;
  const text = (v: number): string => valueText(v, formatOf(card, foretold.left.metric));
  return <output className="block"><Mark kind={seen.agrees ? 'yes' : 'no'} /> <span className={`verdict ${seen.agrees ? 'yes' : 'no'}`}>{seen.agrees ? texts.agrees : texts.differs}</span> {texts.seen(foretold.says, text(seen.left), text(seen.right))}</output>;
}
function Asked({ question, chosen }: { question: Question; chosen: number | undefined }) {
  const store = useAppStore();
  return (
    <fieldset className="lesson-question">
      <legend>{texts.question}: {question.asks}</legend>
      {question.options.map((option, i) => <label key={i}><input type="radio" name="lesson-answer" checked={chosen === i} onChange={() => store.getState().lessonAnswered(i)} /> {option.text}</label>)}
      <output className="block">{chosen !== undefined && <><Mark kind={chosen === question.right ? 'yes' : 'no'} /> {chosen === question.right ? texts.right : texts.wrong} {question.options[chosen]!.why}</>}</output>
    </fieldset>
  );
}

/** What a step speaks of, on the page; parts say what they are by `data-part`. */
const partOf = (look: LookAt): HTMLElement | undefined => [...document.querySelectorAll<HTMLElement>('[data-part]')].find((part) => part.dataset.part === ('name' in look ? `${look.kind} ${look.name}` : look.kind));
function show(look: LookAt, smooth: boolean): void {
  const part = partOf(look);
  const folded = part?.closest('details');
  if (folded) folded.open = true;
  part?.scrollIntoView({ block: 'center', behavior: smooth && !window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'smooth' : 'auto' });
}
/** Keeps what is looked at bright, whenever it comes onto the page. */
function Spot({ look }: { look: LookAt | undefined }) {
  useEffect(() => {
    if (!look) return;
    let lit: HTMLElement | undefined;
    const light = (): void => {
      const part = partOf(look);
      if (part === lit) return;
      lit?.classList.remove('spot');
      lit = part;
      lit?.classList.add('spot');
    };
    light();
    const timer = setInterval(light, 500); // parts come and go with runs and folds
    return () => {
      clearInterval(timer);
      lit?.classList.remove('spot');
    };
  }, [look]);
  return null;
}
