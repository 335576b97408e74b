import { readFileSync } from 'node:fs'
import { CaseSchema } from '../../contract/legal.ts'

export const readCase = (path: string) => CaseSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
