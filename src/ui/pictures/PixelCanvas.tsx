/** A canvas with one pixel for each value, stretched by the browser without blurring. */
import { useEffect, useRef } from 'react';

export interface PixelCanvasProps {
  readonly rows: number;
  readonly columns: number;
  /** Writes RGBA words, row-major. Called again when it changes: wrap it in useCallback. */
  readonly paint: (words: Uint32Array) => void;
  readonly label?: string;
  readonly smooth?: boolean;
  readonly style?: React.CSSProperties;
}

export function PixelCanvas({ rows, columns, paint, label, smooth = false, style }: PixelCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || rows < 1 || columns < 1) return;
    const image = context.createImageData(columns, rows);
    paint(new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
  }, [rows, columns, paint]);
  const named = label ? ({ role: 'img', 'aria-label': label } as const) : ({ 'aria-hidden': true } as const);
  return <canvas ref={canvas} width={columns} height={rows} {...named} className={smooth ? 'pixels smooth' : 'pixels'} style={style} />;
}
