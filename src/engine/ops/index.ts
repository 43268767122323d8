export * from './conv';
export * from './elementwise';
export * from './matmul';
export * from './reduce';
export * from './shape';
