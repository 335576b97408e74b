export const clone = true
