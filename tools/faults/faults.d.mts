export interface Fault {
  readonly id: string;
  readonly title: string;
  readonly providers: readonly ('wasm' | 'webgpu')[];
}
export const faults: readonly Fault[];
