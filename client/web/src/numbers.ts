// Functions of numbers, under names that the bundle makes short.
export const { ceil, floor, max, min, trunc } = Math;
