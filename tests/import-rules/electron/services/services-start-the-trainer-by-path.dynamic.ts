export const trainer = await import('../../trainer/legal.ts')
