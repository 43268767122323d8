export * from './conv';
export * from './elementwise';
export * from './gather';
export * from './matmul';
export * from './reduce';
export * from './search';
export * from './shape';
export * from './slices';
