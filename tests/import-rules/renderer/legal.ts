import { CaseSchema } from '../contract/legal.ts'
import { draw } from './viewer/legal.ts'

export const view = { draw, schema: CaseSchema }
