/** Sentences that the store itself says to the user: what was expected, what came, what to do next. The rest is in ui/texts.ts. */
import { bytesText } from './format';

export const storeTexts = {
  workerDied: (detail: string) =>
    `The worker that trains was expected to keep answering, but it ended${detail ? ` (${detail})` : ''}. A fresh one is starting.`,
  workerSilent: (seconds: number) =>
    `The worker that trains was expected to answer within ${seconds} seconds, but nothing came. A fresh one is starting.`,
  workerMessage: 'A message from the worker could not be read by the page. A fresh worker is starting. Reload the page if this happens again.',
  runAgain: (why: string) => `${why} Everything drawn so far is kept. Press Run to run again, if need be with a smaller model.`,
  wentOn: (why: string) => `${why} The run goes on from where it was last saved, and ends with the same numbers.`,
  notKept: (why: string) => `This run is not kept: ${why} It goes on, and would be lost with the page.`,
  notKeptRun: (why: string) => `The workbench could not do that: ${why}`,
  benchTaken: (added: number, known: number, size: string) => `${added} ${added === 1 ? 'run was' : 'runs were'} taken in from ${size}${known > 0 ? `; ${known} were here already` : ''}.`,
  cannotGoOn: (why: string) => `The run cannot go on: ${why}`,
  stopForced: (seconds: number) => `Stopped. The worker did not answer within ${seconds} seconds, so it was ended and a fresh one is starting. Everything drawn so far is kept.`,
  linkKept: (problem: string) => `${problem} The experiment on the page is kept as it was.`,
  noSuchFile: (names: string) => `The experiment reads ${names}, which is not on this page. Files never travel inside a link: drop the same file here, or remove it from the list.`,
  fileNotWanted: (name: string, came: string, wanted: string) => `"${name}" was not taken: the experiment reads ${wanted}, and this file has the SHA-256 ${came}…, so it is another one or was changed. Drop the right file, or remove the expected one from the list to use your own.`,
  fileTooLarge: (name: string, bytes: number, limit: number) => `"${name}" is ${bytesText(bytes)}; at most ${bytesText(limit)} are read. Cut it and drop it again.`,
  dropRefused: (problem: string) => `${problem} What was on the page before is kept.`,
  fileEmpty: (name: string) => `"${name}" is empty (0 bytes). Check that it was copied whole and drop it again.`,
  tooManyFiles: (name: string, limit: number) => `"${name}" was not added: at most ${limit} files are read at once. Remove one first.`,
  fileNotTaken: (name: string, title: string) => `"${name}" was not added: ${title} takes no files. Choose a method that does.`,
  fileKind: (name: string, expected: string, came: string) => `"${name}" was not added: expected ${expected}, but its first bytes are ${came}. Check the file and drop it again.`,
  fileUnreadable: (name: string) => `"${name}" could not be read by the browser. Check that it still exists and that it is a file, not a folder.`,
  savedNotJson: (name: string) => `"${name}" was not opened: expected a saved experiment (JSON), but it is not valid JSON. Save the experiment again from this page.`,
  savedNotOurs: (name: string, detail: string) => `"${name}" was not opened: expected a saved experiment, but ${detail} Save the experiment again from this page.`,
  answerLost: 'The worker that answers was ended before it had answered. A fresh one is starting: ask again.',
  notAskable: 'This is answered from a run, and there is none to ask now. Press Run first.',
  libraryDied: (detail: string) => `The worker that prepares previews was expected to answer, but it ended${detail ? ` (${detail})` : ''}. A fresh one starts with the next choice: choose again.`,
  noClaimSettings: 'This card states no claim check.',
} as const;
