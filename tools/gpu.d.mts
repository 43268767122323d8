/** Flags of Chromium for the adapter that STIPPLE_GPU asks for; those of `otherwise` (the software adapter) if it asks for none. */
export function gpuFlags(otherwise?: 'software' | 'none'): string[];
/** Whether that is the software adapter. */
export function onSoftware(): boolean;
