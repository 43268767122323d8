/** A dialog over the page: the browser keeps the focus in it, closes it on Escape or a press beside it, and gives the focus back. */
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';

interface ModalProps {
  readonly className: string;
  readonly onClose: () => void;
  /** For closing it from within. */
  readonly dialog?: RefObject<HTMLDialogElement | null>;
  readonly label?: string;
  readonly labelledBy?: string;
  readonly children: ReactNode;
}
export function Modal({ className, onClose, dialog, label, labelledBy, children }: ModalProps) {
  const own = useRef<HTMLDialogElement>(null);
  const frame = dialog ?? own;
  useEffect(() => {
    frame.current?.setAttribute('closedby', 'any');
    frame.current?.showModal();
  }, [frame]);
  return <dialog ref={frame} className={className} aria-label={label} aria-labelledby={labelledBy} onClose={onClose}>{children}</dialog>;
}
