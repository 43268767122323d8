/** Flags of Chromium for the adapter that STIPPLE_GPU asks for; the software adapter's if it asks for none. */
export function gpuFlags(): string[];
/** Whether that is the software adapter. */
export function onSoftware(): boolean;
