/** The lessons that there are. Fetched when first opened. */
import { useRef } from 'react';
import { lessons } from '../../lessons';
import type { Lesson } from '../../spec/lesson';
import { useApp, useAppStore } from '../app-context';
import { texts as page } from '../texts';
import './style.css';
import { texts } from './texts';

export default function LessonList() {
  const store = useAppStore();
  const own = useApp((app) => app.ownLessons);
  const reached = useApp((app) => app.reached);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="workbench lessons">
      <main id="experiment" tabIndex={-1} aria-label={texts.title}>
        <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p></div>
        <ul className="lesson-cards">{[...own, ...lessons].map((lesson) => <LessonCard key={lesson.id} lesson={lesson} own={own.includes(lesson)} />)}</ul>
        <section className="panel" aria-label={texts.own}>
          <h2>{texts.own}</h2>
          <p>{texts.ownSays} {texts.how}</p>
          <p className="row">
            <button type="button" onClick={() => input.current?.click()}>{texts.bring}</button>
            <input ref={input} type="file" hidden accept=".json,application/json" aria-label={texts.bring} onChange={(e) => {
              for (const file of e.target.files ?? []) void store.getState().lessonBrought(file);
              e.target.value = '';
            }} />
            {Object.keys(reached).length > 0 && <button type="button" className="quiet" onClick={() => store.getState().lessonsForgotten()}>{texts.forget}</button>}
          </p>
        </section>
      </main>
    </div>
  );
}
function LessonCard({ lesson, own }: { lesson: Lesson; own: boolean }) {
  const store = useAppStore();
  const reached = useApp((app) => app.reached[lesson.id]);
  const last = lesson.steps.length - 1;
  const open = (at: number) => (): void => void store.getState().lessonOpened(lesson.id, at);
  return (
    <li className="panel">
      <small>{own ? texts.brought : page.families[lesson.family]}</small>
      <h2>{lesson.title}</h2>
      <p>{lesson.says}</p>
      <p className="soft">{texts.forWhom} {lesson.audience}; {texts.minutes(lesson.minutes)}, {texts.steps(lesson.steps.length)}. {reached === undefined ? '' : reached >= last ? texts.finished : texts.reached(reached + 1, last + 1)}</p>
      <p className="row">
        {reached !== undefined && reached > 0 && reached < last && <button type="button" className="primary" aria-label={texts.labelled(texts.goOn(reached + 1), lesson.title)} onClick={open(reached)}>{texts.goOn(reached + 1)}</button>}
        <button type="button" className={reached === undefined ? 'primary' : undefined} aria-label={texts.labelled(reached === undefined ? texts.start : texts.again, lesson.title)} onClick={open(0)}>{reached === undefined ? texts.start : texts.again}</button>
      </p>
    </li>
  );
}
