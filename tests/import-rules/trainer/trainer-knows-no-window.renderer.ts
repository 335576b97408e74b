export type { view } from '../renderer/legal.ts'
