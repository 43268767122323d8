/** Messages to the user that stay until they are dismissed. */
import type { Slice } from './app';

export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'problem';
  readonly text: string;
}
export interface NoticesSlice {
  readonly notices: readonly Notice[];
  noticeGiven(tone: Notice['tone'], text: string): void;
  noticeDismissed(id: number): void;
}
const most = 4;
let last = 0;

/** The newest few; a text that is already shown is not shown twice. Pure. */
export const addNotice = (notices: readonly Notice[], notice: Notice): readonly Notice[] => [...notices.filter((n) => n.text !== notice.text), notice].slice(-most);

export const createNoticesSlice: Slice<NoticesSlice> = () => (set) => ({
  notices: [],
  noticeGiven: (tone, text) => set(({ notices }) => ({ notices: addNotice(notices, { id: ++last, tone, text }) })),
  noticeDismissed: (id) => set(({ notices }) => ({ notices: notices.filter((n) => n.id !== id) })),
});
