import { readCase } from '../imaging/legal.ts'

export const read = readCase
